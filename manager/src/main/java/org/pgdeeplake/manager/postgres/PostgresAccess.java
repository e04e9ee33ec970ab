package org.pgdeeplake.manager.postgres;

import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.net.URLEncoder;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.pgdeeplake.manager.deployment.Instance;

/**
 * How the manager logs in at the instances: as their superuser. Any thread; a session belongs to
 * one.
 *
 * @param password "" where none is asked for
 * @param timeout of a connection attempt and of each answer; at least 1 s
 */
public record PostgresAccess(String user, String password, Duration timeout) {
  /** By which the manager's own sessions are known in {@code pg_stat_activity}. */
  public static final String APPLICATION = "pg-manager";

  /** By which the proxy knows a probe, which neither waits there nor is demand. */
  public static final String PROBE = "pg_isready";

  /**
   * For sessions that hold something: the server gives it back within a minute if this machine is
   * gone.
   */
  public static final List<String> NOTICE_LOSS =
      List.of(
          "SET tcp_keepalives_idle = 30",
          "SET tcp_keepalives_interval = 10",
          "SET tcp_keepalives_count = 3");

  public Connection open(Instance instance, String database) throws SQLException {
    return open(instance.host(), instance.port(), database, APPLICATION, timeout);
  }

  /**
   * @param silence the longest time without an answer; 0: no limit, for statements that take long
   */
  public Connection open(Instance instance, String database, String application, Duration silence)
      throws SQLException {
    return open(instance.host(), instance.port(), database, application, silence);
  }

  /** A session whose statements reach the server by the letter: the driver splits none. */
  public Connection openVerbatim(
      Instance instance, String database, String application, Duration silence)
      throws SQLException {
    Map<String, String> verbatim = Map.of("preferQueryMode", "simple");
    return open(instance.host(), instance.port(), database, application, silence, verbatim);
  }

  /** Also for the proxy's address. */
  public Connection open(
      String host, int port, String database, String application, Duration silence)
      throws SQLException {
    return open(host, port, database, application, silence, Map.of());
  }

  /**
   * Through the proxy, which may hold it until an instance has been started.
   *
   * @param patience until it is logged in
   */
  public Connection openWaiting(
      String host,
      int port,
      String database,
      String application,
      Duration silence,
      Duration patience)
      throws SQLException {
    Map<String, String> waiting =
        Map.of(
            "loginTimeout", Long.toString(patience.toSeconds()),
            // Where TLS is passed through, its request is what the proxy holds.
            "sslResponseTimeout", Long.toString(patience.toMillis()));
    return open(host, port, database, application, silence, waiting);
  }

  /**
   * As a {@link #PROBE}. In plain text the proxy sees it as one, and inside TLS only where the
   * proxy ends TLS itself: passed through it would be a client like any other.
   */
  public Connection openProbe(String host, int port, String database, boolean encrypted)
      throws SQLException {
    Map<String, String> tls = Map.of("sslmode", encrypted ? "require" : "disable");
    return open(host, port, database, PROBE, timeout, tls);
  }

  /**
   * @param special properties of the driver, over the ordinary ones
   */
  private Connection open(
      String host,
      int port,
      String database,
      String application,
      Duration silence,
      Map<String, String> special)
      throws SQLException {
    Properties properties = new Properties();
    properties.setProperty("user", user);
    if (!password.isEmpty()) {
      properties.setProperty("password", password);
    }
    properties.setProperty("ApplicationName", application);
    // Without it the driver names the application only after the login, which no proxy sees.
    properties.setProperty("assumeMinServerVersion", "10");
    properties.setProperty("gssEncMode", "disable");
    properties.setProperty("sslmode", "prefer");
    String connectSeconds = Long.toString(Math.max(1, timeout.toSeconds()));
    properties.setProperty("connectTimeout", connectSeconds);
    properties.setProperty("loginTimeout", connectSeconds);
    properties.setProperty("socketTimeout", Long.toString(seconds(silence)));
    properties.setProperty("tcpKeepAlive", "true");
    special.forEach(properties::setProperty);
    String url =
        "jdbc:postgresql://%s:%d/%s"
            .formatted(
                host.contains(":") ? "[" + host + "]" : host,
                port,
                URLEncoder.encode(database, StandardCharsets.UTF_8));
    return DriverManager.getConnection(url, properties);
  }

  private static long seconds(Duration silence) {
    return silence.isZero() ? 0 : Math.max(1, silence.toSeconds());
  }

  /** Why a session failed, in one line. */
  public static String reason(Throwable failure) {
    Throwable root = failure;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return switch (root) {
      case UnknownHostException _ -> "there is no host " + root.getMessage();
      case ConnectException _ -> "connection refused";
      case SocketTimeoutException _ -> "no answer in time";
      default -> String.valueOf(failure.getMessage()).lines().findFirst().orElse("");
    };
  }

  /** A record's own would print the password. */
  @Override
  public String toString() {
    return "PostgresAccess of " + user;
  }
}
