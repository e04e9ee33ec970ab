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

  /** Also for the proxy's address. */
  public Connection open(
      String host, int port, String database, String application, Duration silence)
      throws SQLException {
    Properties properties = new Properties();
    properties.setProperty("user", user);
    if (!password.isEmpty()) {
      properties.setProperty("password", password);
    }
    properties.setProperty("ApplicationName", application);
    // Then the name is there from the first packet on, and not only after the login.
    properties.setProperty("assumeMinServerVersion", "9.0");
    properties.setProperty("gssEncMode", "disable");
    properties.setProperty("sslmode", "prefer");
    String connectSeconds = Long.toString(Math.max(1, timeout.toSeconds()));
    properties.setProperty("connectTimeout", connectSeconds);
    properties.setProperty("loginTimeout", connectSeconds);
    properties.setProperty("socketTimeout", Long.toString(seconds(silence)));
    properties.setProperty("tcpKeepAlive", "true");
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
