package org.pgdeeplake.proxy.session;

import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.pgdeeplake.proxy.backend.Backend;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The access-log line, one for each session at its end, in HAProxy's tcplog format (HAProxy manual,
 * 8.2.2): {@code %ci:%cp [%t] %ft %b/%s %Tw/%Tc/%Tt %B %ts %ac/%fc/%bc/%sc/%rc %sq/%bq}. Any
 * thread.
 */
final class SessionLog {
  private static final Logger log = LoggerFactory.getLogger("session");
  private static final DateTimeFormatter DATE =
      DateTimeFormatter.ofPattern("dd/MMM/yyyy:HH:mm:ss.SSS", Locale.ENGLISH)
          .withZone(ZoneId.systemDefault());

  private SessionLog() {}

  /**
   * @param live sessions of all frontends, then of this one, without the one that ends
   */
  static void ended(
      SessionRecord session, String frontend, Backend backend, CloseReason reason, Live live) {
    if (!log.isInfoEnabled()) {
      return;
    }
    log.info(
        "{}:{} [{}] {} {}/{} {}/{}/{} {} {} {}/{}/{}/{}/{} 0/{}",
        session.client.getAddress().getHostAddress(),
        session.client.getPort(),
        DATE.format(session.accepted),
        session.encrypted ? frontend + "~" : frontend,
        backend.name(),
        session.server == null ? "<NOSRV>" : session.server.name(),
        millis(session.waitedNanos()),
        millis(session.connectNanos),
        millis(System.nanoTime() - session.acceptedNanos),
        session.bytesOut,
        reason.code(),
        live.process(),
        live.frontend(),
        backend.queued() + backend.assigned(),
        session.server == null ? 0 : session.server.sessions(),
        (session.redispatched ? "+" : "") + session.retries,
        session.ahead);
  }

  /**
   * HAProxy's line for a connection that did not get so far as to be a session (manual, 8.2.5).
   *
   * @param what in HAProxy's words, so that whoever looks for them finds them
   */
  static void failed(SessionRecord session, String frontend, String what) {
    log.info(
        "{}:{} [{}] {}/1: {}",
        session.client.getAddress().getHostAddress(),
        session.client.getPort(),
        DATE.format(session.accepted),
        frontend,
        what);
  }

  /** Sessions that go on. */
  record Live(int process, int frontend) {}

  private static long millis(long nanos) {
    return nanos < 0 ? -1 : TimeUnit.NANOSECONDS.toMillis(nanos);
  }
}
