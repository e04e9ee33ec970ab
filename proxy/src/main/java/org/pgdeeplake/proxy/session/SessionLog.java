package org.pgdeeplake.proxy.session;

import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.proxy.backend.Backend;
import org.pgdeeplake.proxy.backend.Server;
import org.pgdeeplake.proxy.config.FrontendConfig;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.Marker;
import org.slf4j.MarkerFactory;

/**
 * The access-log line, one for each session at its end, in HAProxy's tcplog format (HAProxy manual,
 * 8.2.2): {@code %ci:%cp [%t] %ft %b/%s %Tw/%Tc/%Tt %B %ts %ac/%fc/%bc/%sc/%rc %sq/%bq}. Its
 * fields, and what the format has no place for, are key-value pairs beside it. Any thread.
 */
final class SessionLog {
  private static final Logger log = LoggerFactory.getLogger("session");

  /** Apart, as these are held back where they repeat: nobody can be asked to log in first. */
  private static final Logger failures = LoggerFactory.getLogger("session.failed");

  /** Of a rehearsed session: the line is made and not written. Known to LineQueue. */
  private static final Marker UNHEARD = MarkerFactory.getMarker("unheard");

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
    Server server = session.server;
    Long waited = millis(session.waitedNanos());
    Long connect = millis(session.connectNanos);
    long total = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - session.acceptedNanos);
    int ofBackend = backend.queued() + backend.assigned();
    int ofServer = server == null ? 0 : server.sessions();
    var line = log.atInfo();
    if (frontend.equals(FrontendConfig.REHEARSED)) {
      line = line.addMarker(UNHEARD);
    }
    line.addKeyValue("client", session.client.getAddress().getHostAddress())
        .addKeyValue("client_port", session.client.getPort())
        .addKeyValue("accepted", session.accepted)
        .addKeyValue("session", session.id)
        .addKeyValue("user", orNull(session.user))
        .addKeyValue("database", orNull(session.database))
        .addKeyValue("application", orNull(session.application))
        .addKeyValue("frontend", frontend)
        .addKeyValue("tls", session.encrypted)
        .addKeyValue("backend", backend.name())
        .addKeyValue("server", server == null ? null : server.name())
        .addKeyValue("queue_ms", waited)
        .addKeyValue("connect_ms", connect)
        .addKeyValue("total_ms", total)
        .addKeyValue("bytes_in", session.bytesIn)
        .addKeyValue("bytes_out", session.bytesOut)
        .addKeyValue("termination_state", reason.code())
        .addKeyValue("reason", reason.label())
        .addKeyValue("process_sessions", live.process())
        .addKeyValue("frontend_sessions", live.frontend())
        .addKeyValue("backend_sessions", ofBackend)
        .addKeyValue("server_sessions", ofServer)
        .addKeyValue("retries", session.retries)
        .addKeyValue("redispatched", session.redispatched)
        .addKeyValue("server_queue", 0)
        .addKeyValue("backend_queue", session.ahead)
        .log(
            "{}:{} [{}] {} {}/{} {}/{}/{} {} {} {}/{}/{}/{}/{} 0/{}",
            session.client.getAddress().getHostAddress(),
            session.client.getPort(),
            DATE.format(session.accepted),
            session.encrypted ? frontend + "~" : frontend,
            backend.name(),
            server == null ? "<NOSRV>" : server.name(),
            orMinusOne(waited),
            orMinusOne(connect),
            total,
            session.bytesOut,
            reason.code(),
            live.process(),
            live.frontend(),
            ofBackend,
            ofServer,
            (session.redispatched ? "+" : "") + session.retries,
            session.ahead);
  }

  /**
   * HAProxy's line for a connection that did not get so far as to be a session (manual, 8.2.5).
   *
   * @param what in HAProxy's words, so that whoever looks for them finds them
   */
  static void failed(SessionRecord session, String frontend, String what) {
    failures
        .atInfo()
        .addKeyValue("client", session.client.getAddress().getHostAddress())
        .addKeyValue("client_port", session.client.getPort())
        .addKeyValue("accepted", session.accepted)
        .addKeyValue("frontend", frontend)
        .addKeyValue("failure", what)
        .log(
            // In the pattern, so that one failure that repeats holds back no other.
            "{}:{} [{}] {}/1: " + what.replace("{}", "{ }"),
            session.client.getAddress().getHostAddress(),
            session.client.getPort(),
            DATE.format(session.accepted),
            frontend);
  }

  /** Sessions that go on. */
  record Live(int process, int frontend) {}

  /** Null where that was not reached. */
  private static @Nullable Long millis(long nanos) {
    return nanos < 0 ? null : TimeUnit.NANOSECONDS.toMillis(nanos);
  }

  /** Null where nobody has said it, or it is not seen, as in TLS passed through. */
  private static @Nullable String orNull(String text) {
    return text.isEmpty() ? null : text;
  }

  private static long orMinusOne(@Nullable Long millis) {
    return millis == null ? -1 : millis;
  }
}
