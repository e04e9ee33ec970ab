package org.pgdeeplake.proxy.demand;

import java.util.Locale;

/**
 * One session's claim on an instance, from its first real request to its end. {@link #activity} may
 * be called for every message; the rest are rare. Confined to the session's event loop, but for the
 * reading of the activity.
 */
public final class Claim {

  /** What a session that has a server is doing. */
  public enum Activity {
    BUSY,
    IN_TRANSACTION,
    IDLE,
    /** Nobody can tell: encrypted end to end, or mode tcp. */
    OPAQUE;

    /** As it shows to operators. */
    public String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  enum Phase {
    WAITING,
    COUNTED,
    /** Idle for so long that it no longer counts. */
    IDLE,
    ENDED
  }

  private final Demand demand;
  final String backend;
  final long sinceNanos = System.nanoTime();

  /** Guarded by the demand. */
  Phase phase = Phase.WAITING;

  /** The name of the server that has taken the session; empty before. Guarded by the demand. */
  String server = "";

  private volatile Activity activity = Activity.BUSY;

  private final boolean counts;

  /**
   * @param counts false: of a session that is served and wakes nothing
   */
  Claim(Demand demand, String backend, boolean counts) {
    this.demand = demand;
    this.backend = backend;
    this.counts = counts;
    if (!counts) {
      phase = Phase.ENDED;
    }
  }

  /** Whether it is demand, or was. */
  public boolean counts() {
    return counts;
  }

  /**
   * @param server the name of the one that has taken the session
   */
  public void served(String server) {
    demand.served(this, server);
  }

  /** Idle for longer than {@code demand.idle-after}: counts no more until {@link #active}. */
  public void idle() {
    demand.move(this, Phase.IDLE);
  }

  public void active() {
    demand.move(this, Phase.COUNTED);
  }

  /**
   * @param gaveUp whether the client left, or ran out of time, before a server took it: then the
   *     claim lingers
   */
  public void end(boolean gaveUp) {
    demand.end(this, gaveUp);
  }

  public void activity(Activity now) {
    activity = now;
  }

  Activity activity() {
    return activity;
  }
}
