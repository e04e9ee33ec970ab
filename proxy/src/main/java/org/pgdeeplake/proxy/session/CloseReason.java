package org.pgdeeplake.proxy.session;

import java.util.Locale;

/**
 * Why a session ended. The code is HAProxy's termination state: who ended it (C client, S server, P
 * proxy, K operator, c and s timeouts, D server marked down, I internal) and in which phase (R
 * startup, Q queue, C connecting, D data).
 */
public enum CloseReason {
  /** Either side ended it in good order. */
  NORMAL("--"),
  CLIENT_LEFT_STARTUP("CR"),
  CLIENT_LEFT_QUEUE("CQ"),
  CLIENT_LEFT_CONNECTING("CC"),
  /** The client reset the connection. */
  CLIENT_ABORTED("CD"),
  STARTUP_TIMEOUT("cR"),
  PROTOCOL_ERROR("PR"),
  TLS_HANDSHAKE_FAILED("PR"),
  TLS_HANDSHAKE_TIMEOUT("cR"),
  /** Plain text where {@code tls.require} asks for TLS. */
  TLS_REQUIRED("PR"),
  /** Over a limit on connections. */
  CONNECTION_LIMIT("PR"),
  /** A probe, which wakes and waits for nothing: no server took it at once. */
  NOT_WOKEN("PR"),
  QUEUE_FULL("PQ"),
  QUEUE_CLIENT_LIMIT("PQ"),
  QUEUE_TIMEOUT("sQ"),
  /** The server closed on a direct TLS handshake: it does no TLS, or none without an SSLRequest. */
  TLS_REFUSED_BY_SERVER("SC"),
  /** The server closed before the client said that it was done, or reset the connection. */
  SERVER_CLOSED("SD"),
  /** The server was marked down and its sessions are to be closed. */
  SERVER_DOWN("D-"),
  /** An operator has put the server into maintenance. */
  MAINTENANCE("K-"),
  /** An operator has closed it. */
  OPERATOR("K-"),
  CLIENT_TIMEOUT("cD"),
  SERVER_TIMEOUT("sD"),
  /** Idle for longer than {@code timeouts.idle-session}. */
  IDLE_SESSION("PD"),
  /** The proxy stops. */
  SHUTDOWN("K-"),
  INTERNAL_ERROR("I-");

  private final String code;
  private final String label;

  CloseReason(String code) {
    this.code = code;
    this.label = name().toLowerCase(Locale.ROOT);
  }

  /** The two letters of the access log. */
  public String code() {
    return code;
  }

  /** The value of the metrics' label {@code reason}. */
  public String label() {
    return label;
  }
}
