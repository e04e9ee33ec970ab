package org.pgdeeplake.proxy.faults;

/** What a soak looks at. Memory is in bytes; totals are since the soak began. */
enum Quantity {
  HEAP("heap", "bytes"),
  /** The heap used right after a full collection; only when there was one. */
  HEAP_AFTER_GC("heap after GC", "bytes", 0.05, Quantity.MEBI * 2),
  /** What Netty has taken outside the heap. */
  DIRECT("Netty's direct memory", "bytes", 0.05, Quantity.MEBI * 2),
  /** Direct ByteBuffers as the JVM counts them. */
  JVM_DIRECT("the JVM's direct buffers", "bytes", 0.05, Quantity.MEBI * 2),
  /** The JVM's compiled code and the classes that came late are in it: hence more is allowed. */
  RSS("resident memory", "bytes", 0.05, Quantity.MEBI * 8),
  THREADS("threads", "", 0, 0),
  /** Goes with the sessions: compared at rest only. */
  FDS("file descriptors", ""),
  SESSIONS("sessions", ""),
  WAITING("waiting", ""),
  IDLE("processors idle", "%"),
  CHURN_RATE("churn", "1/s"),
  VISITS("whole sessions of guests", "total"),
  CHURNED("connections of churners", "total"),
  WRITES("writes acknowledged", "total"),
  FAULTS("faults", "total"),
  BYTES("bytes relayed", "total");

  static final double MEBI = 1 << 20;

  private final String title;
  private final String unit;
  private final boolean judged;
  private final double share;
  private final double more;

  Quantity(String title, String unit) {
    this(title, unit, false, 0, 0);
  }

  /** One that must not grow. */
  Quantity(String title, String unit, double share, double more) {
    this(title, unit, true, share, more);
  }

  Quantity(String title, String unit, boolean judged, double share, double more) {
    this.title = title;
    this.unit = unit;
    this.judged = judged;
    this.share = share;
    this.more = more;
  }

  String title() {
    return title;
  }

  /** As people read it: memory is shown in MiB. */
  String unit() {
    return unit.equals("bytes") ? "MiB" : unit;
  }

  double shown(double value) {
    return unit.equals("bytes") ? value / MEBI : value;
  }

  /** Whether it must not grow while the load stays the same. */
  boolean judged() {
    return judged;
  }

  /** The most that is no growth yet. */
  double most(double before) {
    return before * (1 + share) + more;
  }
}
