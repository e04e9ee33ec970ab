package org.pgdeeplake.proxy.config;

/**
 * What is written to standard output.
 *
 * @param sessions whether each session gets its line
 */
public record LogConfig(Level level, Format format, boolean sessions) {

  /** The least important that is written. */
  public enum Level {
    ERROR,
    WARN,
    INFO,
    DEBUG
  }

  /** How a line looks. */
  public enum Format {
    /** Events for people, sessions as HAProxy's tcplog. */
    TEXT,
    /** One JSON object a line. */
    JSON
  }
}
