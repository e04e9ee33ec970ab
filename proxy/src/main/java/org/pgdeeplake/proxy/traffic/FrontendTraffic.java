package org.pgdeeplake.proxy.traffic;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/** What came in through one frontend, and how many sessions it has now. Any thread. */
public final class FrontendTraffic {
  private final Traffic traffic = new Traffic();
  private final RelayedSides sides = new RelayedSides();
  private final LongAdder requestErrors = new LongAdder();
  private final LongAdder denied = new LongAdder();
  private final AtomicInteger current = new AtomicInteger();
  private final AtomicInteger admitted = new AtomicInteger();
  private final AtomicInteger max = new AtomicInteger();

  /** Sessions, bytes and their rate. */
  public Traffic traffic() {
    return traffic;
  }

  /** What the sides of its sessions are at. */
  public RelayedSides sides() {
    return sides;
  }

  /** A connection was accepted: a session begins. */
  public void opened() {
    traffic.sessionStarted();
    max.accumulateAndGet(current.incrementAndGet(), Math::max);
  }

  /** Takes one of {@code limit} places; false where there is none. */
  public boolean admit(int limit) {
    if (admitted.incrementAndGet() <= limit) {
      return true;
    }
    discharge();
    return false;
  }

  /** Gives the place back. */
  public void discharge() {
    admitted.decrementAndGet();
  }

  /** Places that are taken. */
  public int admitted() {
    return admitted.get();
  }

  public void closed() {
    current.decrementAndGet();
  }

  /** The client sent something that is not PostgreSQL's protocol, or nothing in time. */
  public void requestError() {
    requestErrors.increment();
  }

  /** Refused because of a limit on connections. */
  public void denied() {
    denied.increment();
  }

  public int current() {
    return current.get();
  }

  public int max() {
    return max.get();
  }

  public long requestErrorsTotal() {
    return requestErrors.sum();
  }

  public long deniedTotal() {
    return denied.sum();
  }
}
