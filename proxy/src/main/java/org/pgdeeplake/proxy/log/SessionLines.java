package org.pgdeeplake.proxy.log;

import ch.qos.logback.classic.spi.ILoggingEvent;

/** The lines of sessions, by the names of their loggers. */
final class SessionLines {
  /** One line for each session. */
  static final String SESSION = "session";

  /** Connections that did not get so far as to be a session. */
  static final String FAILED = "session.failed";

  private SessionLines() {}

  static boolean are(ILoggingEvent event) {
    return isSession(event) || event.getLoggerName().equals(FAILED);
  }

  static boolean isSession(ILoggingEvent event) {
    return event.getLoggerName().equals(SESSION);
  }
}
