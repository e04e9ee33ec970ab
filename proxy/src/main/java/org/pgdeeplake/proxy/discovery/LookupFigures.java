package org.pgdeeplake.proxy.discovery;

import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongConsumer;

/** Counts of what was asked and how it ended. Any thread. */
public final class LookupFigures {
  private final LongAdder queries = new LongAdder();
  private final LongAdder found = new LongAdder();
  private final LongAdder none = new LongAdder();
  private final LongAdder silence = new LongAdder();
  private volatile LongConsumer timer = nanos -> {};

  LookupFigures() {}

  void asked() {
    queries.increment();
  }

  void ended(Answer answer, long nanos) {
    switch (answer) {
      case Answer.Found _ -> found.increment();
      case Answer.None() -> none.increment();
      case Answer.Silence _ -> silence.increment();
    }
    timer.accept(nanos);
  }

  /** Tells how long each lookup took, in nanoseconds, from now on. */
  public void time(LongConsumer timer) {
    this.timer = timer;
  }

  /** Questions sent to name servers. */
  public long queries() {
    return queries.sum();
  }

  /** Lookups that found an address. */
  public long found() {
    return found.sum();
  }

  /** Lookups whose answer was that there is no such name, or no address. */
  public long none() {
    return none.sum();
  }

  /** Lookups that nobody has answered. */
  public long unanswered() {
    return silence.sum();
  }
}
