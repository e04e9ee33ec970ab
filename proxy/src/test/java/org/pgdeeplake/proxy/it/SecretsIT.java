// No secret is ever logged, not even at level debug: passwords, what SCRAM makes of them, keys.
package org.pgdeeplake.proxy.it;

import static org.assertj.core.api.Assertions.assertThat;

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
  private static final String WRONG = "Tr0ub4dor-that-is-wrong";

  @TempDir private Path directory;
  private final TestCertificate certificate = TestCertificate.selfSigned();

  @ParameterizedTest
  @ValueSource(strings = {"text", "json"})
  void noneIsLogged(String format) throws Exception {
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
      proxy.signal("HUP");
      proxy.signal("TERM");
      Command.Result result = proxy.await();

      String log = result.out() + result.err();
      assertThat(log).as("sessions at level debug").contains("DEBUG", "Relaying", "stopped");
      assertThat(log).doesNotContain(secrets());
    }
  }

  private String[] secrets() {
    List<String> secrets = new ArrayList<>(List.of("SCRAM-SHA-256$", "c=biws", "PRIVATE KEY"));
    for (String password : List.of(PASSWORD, STATS, CONSOLE, WRONG)) {
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
                port.address(),
                pem,
                postgres.address()));
  }

  /** Its exit code. */
  private static int psql(ReservedPort port, String user, String sslmode, String password) {
    return Command.of(
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
            user.equals("postgres") ? "SHOW server_version" : "SHOW VERSION")
        .env("PGPASSWORD", password)
        .env("PGSSLMODE", sslmode)
        .run()
        .exitCode();
  }

  private static int get(ReservedPort admin, String path, String password) throws Exception {
    try (HttpClient http = HttpClient.newHttpClient()) {
      HttpRequest request =
          HttpRequest.newBuilder(URI.create("http://" + admin.address() + path))
              .header("Authorization", "Basic " + basic(password))
              .build();
      return http.send(request, HttpResponse.BodyHandlers.ofString()).statusCode();
    }
  }

  private static String basic(String password) {
    return Base64.getEncoder()
        .encodeToString(("admin:" + password).getBytes(StandardCharsets.UTF_8));
  }
}
