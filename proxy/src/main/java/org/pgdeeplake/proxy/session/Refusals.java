package org.pgdeeplake.proxy.session;

import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.proxy.backend.AdministrativeState;
import org.pgdeeplake.proxy.backend.Backend;
import org.pgdeeplake.proxy.backend.Failure;
import org.pgdeeplake.proxy.backend.Server;
import org.pgdeeplake.proxy.postgres.ErrorResponse;

/**
 * What a client is told when the proxy itself ends its session. Before authentication it is 57P03
 * wherever another try may help: libpq takes any other SQLSTATE received over TLS for a reason to
 * try again in plain text, and would wait twice.
 */
final class Refusals {
  /** In place of the SQLSTATE where there is nothing that the client would understand. */
  static final String UNTOLD = "none";

  private Refusals() {}

  /** With which SQLSTATEs clients are refused, by the reason. */
  static Map<CloseReason, List<String>> sqlStates() {
    Map<CloseReason, List<String>> states = new EnumMap<>(CloseReason.class);
    // Another protocol version; no user name.
    states.put(
        CloseReason.PROTOCOL_ERROR,
        List.of(ErrorResponse.PROTOCOL_VIOLATION, "0A000", ErrorResponse.INVALID_AUTHORIZATION));
    states.put(CloseReason.STARTUP_TIMEOUT, List.of(ErrorResponse.PROTOCOL_VIOLATION));
    states.put(CloseReason.TLS_REQUIRED, List.of(ErrorResponse.INVALID_AUTHORIZATION));
    for (CloseReason reason :
        List.of(
            CloseReason.CONNECTION_LIMIT,
            CloseReason.NOT_WOKEN,
            CloseReason.OPERATOR,
            CloseReason.QUEUE_FULL,
            CloseReason.QUEUE_CLIENT_LIMIT,
            CloseReason.QUEUE_TIMEOUT,
            CloseReason.SHUTDOWN)) {
      states.put(reason, List.of(ErrorResponse.CANNOT_CONNECT_NOW, UNTOLD));
    }
    return states;
  }

  static ErrorResponse queueTimeout(Session session) {
    Backend backend = session.services().backend();
    String message =
        "the database did not become available within " + seconds(session.record().queueLimit);
    ErrorResponse withheld = withheld(backend, message);
    return withheld != null
        ? withheld
        : cannotConnectNow(
            message,
            unavailable(backend, session.record().lastFailure),
            "Try again; if it lasts, look whether whatever starts instances is running.");
  }

  private static String unavailable(Backend backend, @Nullable Failure last) {
    String servers = "No server of backend \"" + backend.name() + "\" ";
    if (backend.activeServers() == 0) {
      return servers + "is up.";
    }
    return last == null ? servers + "was free." : servers + "took it. Last attempt: " + last;
  }

  /**
   * To a probe, which does not wait.
   *
   * @param otherwise where it is no operator's doing
   */
  static ErrorResponse toProbe(Backend backend, ErrorResponse otherwise) {
    ErrorResponse withheld = withheld(backend, "the database takes no new sessions now");
    return withheld == null ? otherwise : withheld;
  }

  /** Null where no operator keeps clients from a server. */
  private static @Nullable ErrorResponse withheld(Backend backend, String message) {
    if (backend.administration().paused()) {
      return cannotConnectNow(
          message,
          "Backend \"" + backend.name() + "\" is paused by an operator.",
          "Try again when the operator has resumed it.");
    }
    List<Server> withheld =
        backend.servers().stream()
            .filter(server -> server.administrative() != AdministrativeState.READY)
            .toList();
    int servers = backend.servers().size();
    boolean matters = withheld.size() == servers || withheld.stream().anyMatch(Server::up);
    return backend.activeServers() > 0 || !matters
        ? null
        : cannotConnectNow(
            message,
            "No server of backend \"%s\" takes sessions; an operator has put %d of %d into drain or maintenance."
                .formatted(backend.name(), withheld.size(), servers),
            "Try again when the operator has finished.");
  }

  static ErrorResponse queueFull(String backend, int limit) {
    return cannotConnectNow(
        "too many connections are waiting for the database",
        "The queue of backend \"" + backend + "\" holds its limit of " + limit + " sessions.",
        "Try again in a moment, or raise queue.limit.");
  }

  static ErrorResponse clientQueueLimit(int limit) {
    return cannotConnectNow(
        "too many connections from your address are waiting for the database",
        "At most " + limit + " sessions of one client address may wait.",
        "Try again in a moment, or raise queue.limit-per-client.");
  }

  static ErrorResponse connectionLimit(String frontend, int limit) {
    return cannotConnectNow(
        "too many connections",
        "Frontend \"" + frontend + "\" has its limit of " + limit + " sessions.",
        "Close some sessions, or raise max-connections.");
  }

  static ErrorResponse clientConnectionLimit(int limit) {
    return cannotConnectNow(
        "too many connections from your address",
        "At most " + limit + " sessions of one client address are let in.",
        "Close some sessions, or raise max-connections-per-client.");
  }

  static ErrorResponse clientConnectionRate(int perSecond) {
    return cannotConnectNow(
        "too many connections from your address",
        "At most " + perSecond + " sessions of one client address may begin in a second.",
        "Try again in a moment, use a connection pool, or raise max-connection-rate-per-client.");
  }

  /** Some files are kept back, so that operators and cancel requests are served. */
  static ErrorResponse processLimit(int limit) {
    return cannotConnectNow(
        "too many connections",
        "The proxy has room for " + limit + " sessions with the files that it may open.",
        "Close some sessions, or raise ulimit -n of the proxy.");
  }

  /** The last resort: sessions are slowed down long before. */
  static ErrorResponse outOfMemory() {
    return cannotConnectNow(
        "too many connections",
        "What other clients have not read yet, or have sent ahead, takes all the memory for it.",
        "Try again in a moment, or give the proxy more: -XX:MaxDirectMemorySize, -Xmx.");
  }

  static ErrorResponse asleep() {
    return cannotConnectNow(
        "no database server is running",
        "A probe (application_name \"pg_isready\") does not start one.",
        "Connect with a client to start one.");
  }

  static ErrorResponse asleepForBalancer() {
    return cannotConnectNow(
        "no database server is running",
        "A load balancer's own connection (PROXY protocol LOCAL) does not start one.",
        "Connect with a client to start one.");
  }

  /** As PostgreSQL where pg_hba.conf has only hostssl: libpq with sslmode=allow tries TLS then. */
  static ErrorResponse tlsRequired() {
    return new ErrorResponse(
        ErrorResponse.INVALID_AUTHORIZATION,
        "no encryption: this server requires TLS",
        "The connection is not encrypted.",
        "Connect with sslmode=require.");
  }

  /** To a session that no server has taken yet, and which is to end. */
  static ErrorResponse stopped(CloseReason reason) {
    return switch (reason) {
      case OPERATOR -> closedByOperator();
      case CONNECTION_LIMIT -> outOfMemory();
      default -> shuttingDown();
    };
  }

  private static ErrorResponse closedByOperator() {
    return cannotConnectNow(
        "an operator has closed this connection",
        "It had no server yet.",
        "Connect again, unless you know why.");
  }

  static ErrorResponse shuttingDown() {
    return cannotConnectNow(
        "the proxy is shutting down",
        "It takes no new sessions; those that were served go on for a while.",
        "Connect again; another proxy may take the connection.");
  }

  static ErrorResponse startupTimeout(Duration limit) {
    return ErrorResponse.fatal(
        ErrorResponse.PROTOCOL_VIOLATION, "no complete startup packet within " + seconds(limit));
  }

  static ErrorResponse noProxyHeader() {
    return new ErrorResponse(
        ErrorResponse.PROTOCOL_VIOLATION,
        "no PROXY protocol header came",
        "Connections from this address are a load balancer's, which begin with one.",
        "Connect through the load balancer, or take the address out of accept-proxy-protocol.");
  }

  static ErrorResponse unencryptedData(String request) {
    return ErrorResponse.fatal(
        ErrorResponse.PROTOCOL_VIOLATION, "received unencrypted data after " + request);
  }

  static ErrorResponse repeated(String request) {
    return ErrorResponse.fatal(ErrorResponse.PROTOCOL_VIOLATION, "received a second " + request);
  }

  static ErrorResponse insideTls(String request) {
    return ErrorResponse.fatal(
        ErrorResponse.PROTOCOL_VIOLATION, "received " + request + " inside TLS");
  }

  /** To a session that a server has taken, and which is to end. */
  static ErrorResponse terminated(CloseReason reason) {
    String why =
        switch (reason) {
          case SERVER_DOWN -> "its server was marked down";
          case MAINTENANCE -> "its server goes into maintenance";
          case OPERATOR -> "by an operator";
          default -> "the proxy is shutting down";
        };
    return ErrorResponse.fatal(ErrorResponse.ADMIN_SHUTDOWN, "terminating connection: " + why);
  }

  /** The same before the server has let the client in. */
  static ErrorResponse early(ErrorResponse error) {
    return cannotConnectNow(error.message(), error.detail(), error.hint());
  }

  static ErrorResponse idle(Duration limit) {
    return ErrorResponse.fatal(
        ErrorResponse.IDLE_SESSION_TIMEOUT,
        "terminating connection: idle for more than " + seconds(limit));
  }

  private static ErrorResponse cannotConnectNow(String message, String detail, String hint) {
    return new ErrorResponse(ErrorResponse.CANNOT_CONNECT_NOW, message, detail, hint);
  }

  private static String seconds(Duration limit) {
    return limit.toMillis() % 1000 == 0 ? limit.toSeconds() + " s" : limit.toMillis() + " ms";
  }
}
