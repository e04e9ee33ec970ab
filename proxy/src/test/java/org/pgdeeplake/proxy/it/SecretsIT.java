// No secret is ever told: passwords, what SCRAM makes of them, keys. Not in the log, not even at
// level
// debug, nor by what operators may read, a thread dump or the list of processes.
package org.pgdeeplake.proxy.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.pgdeeplake.proxy.support.Command;
import org.pgdeeplake.proxy.support.NeedsProgram;
import org.pgdeeplake.proxy.support.ProxyProcess;
import org.pgdeeplake.proxy.support.RawClient;
import org.pgdeeplake.proxy.support.ReservedPort;
import org.pgdeeplake.proxy.support.TestCertificate;
import org.pgdeeplake.proxy.support.TestPostgres;

@NeedsProgram("psql")
class SecretsIT {
  private static final String PASSWORD = "Tr0ub4dor-of-PostgreSQL";
  private static final String STATS = "Tr0ub4dor-of-the-stats-page";
  private static final String CONSOLE = "Tr0ub4dor-of-the-console";
  private static final String PEERS = "Tr0ub4dor-of-the-peers";
  private static final String WRONG = "Tr0ub4dor-that-is-wrong";

  private static final List<String> READABLE =
      List.of(
          "/",
          "/metrics",
          "/api/v1",
          "/api/v1/openapi.json",
          "/api/v1/config",
          "/api/v1/peers",
          "/api/v1/frontends",
          "/api/v1/backends",
          "/api/v1/servers",
          "/api/v1/wakes",
          "/api/v1/demand");

  @TempDir private Path directory;
  private final StringBuilder told = new StringBuilder();
  private final TestCertificate certificate = TestCertificate.selfSigned();

  @ParameterizedTest
  @ValueSource(strings = {"text", "json"})
  void noneIsTold(String format) throws Exception {
    try (TestPostgres postgres = TestPostgres.create().scram(PASSWORD).start();
        ReservedPort port = new ReservedPort();
        ReservedPort admin = new ReservedPort();
        ReservedPort console = new ReservedPort();
        Command proxy =
            ProxyProcess.of(config(format, port, admin, console, postgres))
                .env("PG_PROXY_LOG_LEVEL", "DEBUG")
                .start()) {
      var address = ProxyProcess.awaitListening(proxy, port);
      ProxyProcess.awaitListening(proxy, admin);
      for (String sslmode : List.of("disable", "require")) {
        assertThat(psql(port, "postgres", sslmode, PASSWORD)).isZero();
        assertThat(psql(port, "postgres", sslmode, WRONG)).isEqualTo(2);
      }
      assertThat(psql(console, "pgproxy", "disable", CONSOLE)).isZero();
      for (String list : List.of("CONFIG", "CLIENTS", "SERVERS", "POOLS", "QUEUE", "STATS")) {
        assertThat(psql(console, "pgproxy", "disable", CONSOLE, "SHOW " + list)).as(list).isZero();
      }
      assertThat(psql(console, "pgproxy", "disable", WRONG)).isEqualTo(2);
      for (String password : List.of(STATS, WRONG)) {
        for (String path : List.of("/stats", "/stats;csv", "/api/v1/sessions", "/api/v1/config")) {
          assertThat(get(admin, path, password))
              .as(path)
              .isEqualTo(password.equals(STATS) || path.endsWith("csv") ? 200 : 401);
        }
      }
      // A password where nobody expects one.
      try (RawClient client = RawClient.open(address)) {
        client.send(("password=" + PASSWORD + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
        client.read();
      }
      for (String path : READABLE) {
        assertThat(get(admin, path, STATS)).as(path).isEqualTo(200);
      }
      told.append(Files.readString(Path.of("/proc", String.valueOf(proxy.pid()), "cmdline")));
      proxy.signal("HUP");
      proxy.signal("QUIT");
      await("a thread dump").until(() -> proxy.out().contains("Full thread dump"));
      proxy.signal("TERM");
      Command.Result result = proxy.await();

      String log = result.out() + result.err();
      assertThat(log).as("sessions at level debug").contains("DEBUG", "Relaying", "stopped");
      assertThat(log).doesNotContain(secrets());
      assertThat(told)
          .as("the console, the page, the API and the list of processes")
          .contains("console", "pg_frontend", "openapi", "proxy.conf")
          .doesNotContain(secrets());
    }
  }

  private String[] secrets() {
    List<String> secrets = new ArrayList<>(List.of("SCRAM-SHA-256$", "c=biws", "PRIVATE KEY"));
    for (String password : List.of(PASSWORD, STATS, CONSOLE, PEERS, WRONG)) {
      secrets.add(password);
      secrets.add(basic(password));
    }
    certificate.key().lines().filter(line -> !line.startsWith("-----")).forEach(secrets::add);
    return secrets.toArray(String[]::new);
  }

  private Path config(
      String format,
      ReservedPort port,
      ReservedPort admin,
      ReservedPort console,
      TestPostgres postgres)
      throws IOException {
    Path pem =
        Files.writeString(directory.resolve("server.pem"), certificate.chain() + certificate.key());
    return Files.writeString(
        directory.resolve("proxy.conf"),
        """
        proxy {
          log.format = %s
          admin { bind = "%s", stats { user = admin, password = "%s" } }
          console { bind = "%s", password = "%s" }
          peers { dns = "%s", secret = "%s" }
          frontends.pg_frontend {
            bind = "%s", default-backend = pg_backends
            tls { mode = terminate, certificate = "%s" }
          }
          backends.pg_backends.servers = [ { name = s1, address = "%s" } ]
          shutdown.drain-timeout = 1s
        }
        """
            .formatted(
                format,
                admin.address(),
                STATS,
                console.address(),
                CONSOLE,
                admin.address(),
                PEERS,
                port.address(),
                pem,
                postgres.address()));
  }

  private int psql(ReservedPort port, String user, String sslmode, String password) {
    return psql(
        port,
        user,
        sslmode,
        password,
        user.equals("postgres") ? "SHOW server_version" : "SHOW VERSION");
  }

  /** Its exit code. */
  private int psql(ReservedPort port, String user, String sslmode, String password, String sql) {
    Command.Result result =
        Command.of(
                "psql",
                "-XAt",
                "-h",
                InetAddress.getLoopbackAddress().getHostAddress(),
                "-p",
                String.valueOf(port.number()),
                "-U",
                user,
                "-d",
                user,
                "-c",
                sql)
            .env("PGPASSWORD", password)
            .env("PGSSLMODE", sslmode)
            .run();
    told.append(result.out()).append(result.err());
    return result.exitCode();
  }

  private int get(ReservedPort admin, String path, String password) throws Exception {
    try (HttpClient http = HttpClient.newHttpClient()) {
      HttpRequest request =
          HttpRequest.newBuilder(URI.create("http://" + admin.address() + path))
              .header("Authorization", "Basic " + basic(password))
              .build();
      HttpResponse<String> answer = http.send(request, HttpResponse.BodyHandlers.ofString());
      told.append(answer.headers()).append(answer.body());
      return answer.statusCode();
    }
  }

  private static String basic(String password) {
    return Base64.getEncoder()
        .encodeToString(("admin:" + password).getBytes(StandardCharsets.UTF_8));
  }
}
