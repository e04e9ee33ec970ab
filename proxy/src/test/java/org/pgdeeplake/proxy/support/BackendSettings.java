package org.pgdeeplake.proxy.support;

import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.pgdeeplake.proxy.config.BackendConfig;
import org.pgdeeplake.proxy.config.BackendConfig.ServerConfig;
import org.pgdeeplake.proxy.config.BackendTls;
import org.pgdeeplake.proxy.config.CheckConfig;
import org.pgdeeplake.proxy.config.CheckConfig.OnMarkedDown;
import org.pgdeeplake.proxy.config.HostPort;

/** A backend's configuration, of which a test says only what it is about. */
public final class BackendSettings {
  private String name = "b";
  private List<ServerConfig> servers = List.of();
  private int fall = 2;
  private OnMarkedDown onMarkedDown = OnMarkedDown.NONE;
  private BackendConfig.QueueConfig queue = new BackendConfig.QueueConfig(100, 0, 32);
  private BackendConfig.Timeouts timeouts =
      new BackendConfig.Timeouts(
          Duration.ofSeconds(10),
          Duration.ofHours(1),
          Duration.ofMinutes(1),
          Duration.ofSeconds(120));
  private int retries = 3;
  private boolean redispatch = true;
  private BackendTls tls =
      new BackendTls(BackendTls.Mode.OFF, null, false, null, "TLSv1.2", List.of());

  public BackendSettings name(String called) {
    name = called;
    return this;
  }

  public BackendSettings servers(ServerConfig... listed) {
    servers = List.of(listed);
    return this;
  }

  /** {@code s1}, {@code s2} and so on, at that port each; nothing needs to listen there. */
  public BackendSettings servers(int number, int maxConnections) {
    servers =
        IntStream.rangeClosed(1, number).mapToObj(i -> server("s" + i, i, maxConnections)).toList();
    return this;
  }

  public static ServerConfig server(String name, int port, int maxConnections) {
    return new ServerConfig(name, new HostPort("127.0.0.1", port), maxConnections, false);
  }

  public BackendSettings fall(int checks) {
    fall = checks;
    return this;
  }

  /** Sessions of a server that falls are closed. */
  public BackendSettings closing() {
    onMarkedDown = OnMarkedDown.CLOSE_SESSIONS;
    return this;
  }

  public BackendSettings queue(int limit, int limitPerClient, int releaseConcurrency) {
    queue = new BackendConfig.QueueConfig(limit, limitPerClient, releaseConcurrency);
    return this;
  }

  public BackendSettings timeouts(Duration connect, Duration wait) {
    timeouts = new BackendConfig.Timeouts(connect, timeouts.server(), timeouts.serverFin(), wait);
    return this;
  }

  /**
   * @param limit for a server's silence after its client has left
   */
  public BackendSettings serverFin(Duration limit) {
    timeouts =
        new BackendConfig.Timeouts(timeouts.connect(), timeouts.server(), limit, timeouts.queue());
    return this;
  }

  public BackendSettings retries(int most) {
    retries = most;
    return this;
  }

  public BackendSettings withoutRedispatch() {
    redispatch = false;
    return this;
  }

  public BackendSettings tls(BackendTls wanted) {
    tls = wanted;
    return this;
  }

  public BackendConfig config() {
    CheckConfig check =
        new CheckConfig(
            CheckConfig.Type.PGSQL,
            "postgres",
            Duration.ofSeconds(2),
            Duration.ofMillis(100),
            Duration.ofSeconds(2),
            1,
            fall,
            onMarkedDown);
    return new BackendConfig(name, servers, check, queue, timeouts, retries, redispatch, tls);
  }
}
