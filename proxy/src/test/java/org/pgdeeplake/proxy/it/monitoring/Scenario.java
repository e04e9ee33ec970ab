package org.pgdeeplake.proxy.it.monitoring;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
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
          admin { bind = "%s", stats { user = admin, password = secret } }
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
    try (Command load = pgbench(8, 4 * pace)) {
      one.start();
      prometheus.await("haproxy_backend_active_servers{proxy=\"pg_backends\"} == 2");
      drain(prometheus);
      reload(proxy, prometheus);
      var _ = load.await(Duration.ofSeconds(30L * pace));
    }
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

  private void drain(Prometheus prometheus) {
    administer("drain");
    prometheus.await("pgproxy_server_administrative_state{state=\"drain\"} == 1");
    prometheus.await("haproxy_server_current_sessions{server=\"pg-deeplake-2\"} == 0");
    administer("ready");
    prometheus.await(
        "pgproxy_server_administrative_state{server=\"pg-deeplake-2\", state=\"ready\"} == 1");
  }

  private void administer(String action) {
    URI address =
        URI.create("http://" + admin.address() + "/api/v1/servers/pg-deeplake-2/" + action);
    String basic =
        Base64.getEncoder().encodeToString("admin:secret".getBytes(StandardCharsets.UTF_8));
    try (HttpClient http = HttpClient.newHttpClient()) {
      HttpResponse<String> answer =
          http.send(
              HttpRequest.newBuilder(address)
                  .header("Authorization", "Basic " + basic)
                  .header("Content-Type", "application/json")
                  .POST(HttpRequest.BodyPublishers.noBody())
                  .build(),
              HttpResponse.BodyHandlers.ofString());
      assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    } catch (IOException e) {
      throw new AssertionError(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
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
