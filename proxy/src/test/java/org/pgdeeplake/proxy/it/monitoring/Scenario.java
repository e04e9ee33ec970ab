package org.pgdeeplake.proxy.it.monitoring;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.pgdeeplake.proxy.support.Command;
import org.pgdeeplake.proxy.support.ProxyProcess;
import org.pgdeeplake.proxy.support.RawClient;
import org.pgdeeplake.proxy.support.ReservedPort;
import org.pgdeeplake.proxy.support.TestCertificate;
import org.pgdeeplake.proxy.support.TestPostgres;

/**
 * A day of the proxy within a minute: it wakes an instance, carries load, loses a server, then the
 * other one, lets waiters time out, wakes again, and refuses a configuration.
 *
 * @param pace how many times as long all of it takes
 */
record Scenario(Path directory, int pace, ReservedPort port, ReservedPort admin) {
  private static final int WAITERS = 12;

  Path config() {
    return directory.resolve("proxy.conf");
  }

  void writeConfig(TestPostgres one, TestPostgres two) throws IOException {
    TestCertificate certificate = TestCertificate.selfSigned();
    Path pem =
        Files.writeString(directory.resolve("server.pem"), certificate.chain() + certificate.key());
    Files.writeString(
        config(),
        """
        proxy {
          threads = 2
          admin.bind = "%s"
          frontends.pg_frontend {
            bind = "%s", default-backend = pg_backends
            tls { mode = terminate, certificate = "%s" }
          }
          backends.pg_backends {
            servers = [
              { name = pg-deeplake-1, address = "%s" }
              { name = pg-deeplake-2, address = "%s" }
            ]
            timeouts.queue = %ds
          }
          demand { idle-after = 1m, linger = 2s }
          shutdown.drain-timeout = 0s
        }
        """
            .formatted(
                admin.address(), port.address(), pem, one.address(), two.address(), 8 * pace));
  }

  void play(Command proxy, Prometheus prometheus, TestPostgres one, TestPostgres two)
      throws IOException {
    InetSocketAddress address = ProxyProcess.awaitListening(proxy, port);
    noise(address);
    List<RawClient> clients = wake(address, prometheus, one, 3 * pace);
    clients.get(0).send(RawClient.query("begin"));
    clients.get(0).readUntil('Z');
    try (Command load = pgbench(8, 6 * pace)) {
      two.start();
      prometheus.await("haproxy_backend_active_servers{proxy=\"pg_backends\"} == 2");
      var _ = load.await(Duration.ofSeconds(30L * pace));
    }
    try (Command load = pgbench(24, 6 * pace)) {
      prometheus.await("haproxy_backend_current_sessions{proxy=\"pg_backends\"} > 24");
      cancel(address);
      one.kill9();
      prometheus.await("haproxy_backend_active_servers{proxy=\"pg_backends\"} == 1");
      var _ = load.await(Duration.ofSeconds(30L * pace));
    }
    two.kill9();
    clients.forEach(RawClient::close);
    prometheus.await("haproxy_backend_active_servers{proxy=\"pg_backends\"} == 0");
    for (RawClient client : waiters(address)) {
      client.readUntil('E');
      client.close();
    }
    wake(address, prometheus, two, pace).forEach(RawClient::close);
    reload(proxy, prometheus);
    prometheus.await("max(pgproxy_sessions) == 0");
  }

  /** What is no demand. */
  private static void noise(InetSocketAddress address) throws IOException {
    for (int i = 0; i < 5; i++) {
      RawClient.open(address).close();
      try (RawClient client = RawClient.open(address)) {
        client.send("GET / HTTP/1.1\r\n\r\n".getBytes(US_ASCII));
        client.readUntil('E');
      }
    }
  }

  private static List<RawClient> waiters(InetSocketAddress address) throws IOException {
    List<RawClient> clients = new ArrayList<>();
    for (int i = 0; i < WAITERS; i++) {
      RawClient client = RawClient.open(address);
      clients.add(client);
      client.send(RawClient.startup());
    }
    return clients;
  }

  private static List<RawClient> wake(
      InetSocketAddress address, Prometheus prometheus, TestPostgres postgres, int seconds)
      throws IOException {
    List<RawClient> clients = waiters(address);
    prometheus.await("pgproxy_oldest_waiter_seconds > " + seconds);
    postgres.start();
    for (RawClient client : clients) {
      client.readUntil('Z');
      var _ = client.value("select 42");
    }
    return clients;
  }

  private static void cancel(InetSocketAddress address) throws IOException {
    try (RawClient client = RawClient.open(address)) {
      client.send(RawClient.cancelRequest(new byte[8]));
      var _ = client.readToEnd();
    }
  }

  /** A connection for each transaction, with TLS. */
  private Command pgbench(int clients, int seconds) throws IOException {
    Path script =
        Files.writeString(
            directory.resolve("script.sql"), "select repeat('x', 4000), pg_sleep(0.02);\n");
    return Command.of(
            "pgbench",
            "-n",
            "-C",
            "-c",
            String.valueOf(clients),
            "-T",
            String.valueOf(seconds),
            "-f",
            script.toString(),
            "-h",
            "127.0.0.1",
            "-p",
            String.valueOf(port.number()),
            "-U",
            "postgres",
            "postgres")
        .start();
  }

  private void reload(Command proxy, Prometheus prometheus) throws IOException {
    String good = Files.readString(config());
    Files.writeString(config(), good + "\nproxy.threads = many\n");
    proxy.signal("HUP");
    prometheus.await("pgproxy_config_last_reload_successful == 0");
    Files.writeString(config(), good);
    proxy.signal("HUP");
    prometheus.await("pgproxy_config_last_reload_successful == 1");
  }
}
