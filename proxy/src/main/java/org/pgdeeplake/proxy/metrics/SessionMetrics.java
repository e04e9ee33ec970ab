package org.pgdeeplake.proxy.metrics;

import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** What happens to sessions, one method for each event. Any thread. */
public final class SessionMetrics {
  private final Meters meters;

  SessionMetrics(Meters meters) {
    this.meters = meters;
  }

  /**
   * Counters that do not exist before their first event have no increase over it: all that can
   * happen on a frontend is there from the start.
   *
   * @param closeReasons why sessions end
   * @param refusals reason to the SQLSTATEs with which it is told
   */
  public void announce(
      String frontend, List<String> closeReasons, Map<String, List<String>> refusals) {
    meters.expect(frontend, closeReasons, refusals);
  }

  /** A session got a server after waiting so long. */
  public void queueWaited(String backend, long nanos) {
    meters.queueWait.of(backend).record(nanos, TimeUnit.NANOSECONDS);
  }

  /** A TCP connection to a server was made. */
  public void connected(String backend, String server, long nanos) {
    meters.connect.of(backend, server).record(nanos, TimeUnit.NANOSECONDS);
  }

  /** A server sent its first byte so long after it was connected. */
  public void firstByte(String backend, String server, long nanos) {
    meters.firstByte.of(backend, server).record(nanos, TimeUnit.NANOSECONDS);
  }

  /** A session ended, for one of the reasons of CloseReason. */
  public void sessionEnded(String frontend, String reason, long totalNanos) {
    meters.sessionsClosed.of(frontend, reason).increment();
    meters.sessionDuration.of(frontend).record(totalNanos, TimeUnit.NANOSECONDS);
  }

  /** The proxy answered a client with an error of its own. */
  public void refused(String frontend, String reason, String sqlState) {
    meters.refusals.of(frontend, reason, sqlState).increment();
  }

  /** A cancel request ended: {@code forwarded}, {@code peer}, {@code broadcast}, {@code failed}. */
  public void cancel(String result) {
    meters.cancels.of(result).increment();
  }
}
