package org.pgdeeplake.proxy.session;

import org.pgdeeplake.proxy.backend.Lease;

/**
 * Watches for the answer to a client's first statement, where that ends a wake, and tells the
 * session's lease. Confined to the session's event loop.
 */
final class FirstRow {
  private final Lease lease;

  private enum Step {
    /** The server has not said yet that it is ready. */
    OPENING,
    /** It is the client's turn. */
    READY,
    /** The client has asked. */
    ASKED,
    /** It is told, or nobody wants to know. */
    DONE
  }

  private Step step;
  private long readyNanos;
  private long thinkingNanos;

  FirstRow(Lease lease) {
    this.lease = lease;
    this.step = lease.ofWake() ? Step.OPENING : Step.DONE;
  }

  /** A ReadyForQuery has come. */
  void ready() {
    if (step == Step.OPENING) {
      step = Step.READY;
      readyNanos = System.nanoTime();
    }
  }

  /** The client has sent something, and it was its turn. */
  void asked() {
    if (step == Step.READY) {
      step = Step.ASKED;
      thinkingNanos = System.nanoTime() - readyNanos;
    }
  }

  /** The server has sent something. */
  void answered() {
    if (step == Step.ASKED) {
      step = Step.DONE;
      lease.firstRow(thinkingNanos);
    }
  }
}
