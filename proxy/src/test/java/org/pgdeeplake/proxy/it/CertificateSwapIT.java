package org.pgdeeplake.proxy.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.time.Duration;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.pgdeeplake.proxy.support.Command;
import org.pgdeeplake.proxy.support.NeedsProgram;
import org.pgdeeplake.proxy.support.ProxyProcess;
import org.pgdeeplake.proxy.support.ReservedPort;
import org.pgdeeplake.proxy.support.ShownCertificate;
import org.pgdeeplake.proxy.support.TestCertificate;
import org.pgdeeplake.proxy.support.TestPostgres;
import org.pgdeeplake.proxy.support.TestProxy;

// Rule: a new certificate is shown from the next connection on; nobody notices anything else.
@NeedsProgram({"pgbench", "openssl"})
class CertificateSwapIT {
  private static final Duration LIMIT = Duration.ofSeconds(10);
  private static final String LOAD_SECONDS = "60";

  private final TestCertificate before = TestCertificate.selfSigned();
  private final TestCertificate after = TestCertificate.selfSigned();

  @TempDir private Path directory;

  @SuppressWarnings("NullAway.Init") // set before each test
  private TestPostgres postgres;

  @BeforeEach
  void start() {
    postgres = TestPostgres.started();
    Command.Result made =
        Command.of(pgbench(postgres.port(), "-i", "-q")).env("PGSSLMODE", "disable").run();
    assertThat(made.exitCode()).as(made.err()).isZero();
  }

  @AfterEach
  void stop() {
    postgres.close();
  }

  /** What can happen to files while clients come and go. */
  private interface Swap {
    void run() throws IOException;
  }

  @Test
  void aFileIsReplaced() throws Exception {
    Path pem = directory.resolve("server.pem");
    write(pem, before);
    try (TestProxy proxy = proxy("certificate = \"" + pem + "\"")) {
      swapUnderLoad(proxy.port(), () -> write(pem, after));
    }
  }

  /** Kubernetes mounts a Secret behind a link that it moves as a whole. */
  @Test
  void aSecretIsReplaced() throws Exception {
    Path data = directory.resolve("..data");
    Files.createSymbolicLink(data, secret("..1", before));
    for (String name : new String[] {"tls.crt", "tls.key"}) {
      Files.createSymbolicLink(directory.resolve(name), Path.of("..data", name));
    }
    try (TestProxy proxy =
        proxy(
            "certificate = \"%s\", key = \"%s\""
                .formatted(directory.resolve("tls.crt"), directory.resolve("tls.key")))) {
      swapUnderLoad(
          proxy.port(),
          () -> {
            Path beside =
                Files.createSymbolicLink(directory.resolve("..data_tmp"), secret("..2", after));
            Files.move(beside, data, StandardCopyOption.ATOMIC_MOVE);
          });
    }
  }

  @Test
  void aFileIsReplacedAndSighupComes() throws Exception {
    Path pem = directory.resolve("server.pem");
    write(pem, before);
    try (ReservedPort port = new ReservedPort()) {
      Path file =
          Files.writeString(
              directory.resolve("proxy.conf"),
              """
              proxy {
                admin.bind = "127.0.0.1:0"
                frontends.pg_frontend {
                  bind = "%s", default-backend = pg_backends
                  tls { mode = terminate, certificate = server.pem }
                }
                backends.pg_backends.servers = [ { name = s1, address = "%s" } ]
                shutdown.drain-timeout = 1s
              }
              """
                  .formatted(port.address(), postgres.address()));
      try (Command proxy = ProxyProcess.start(file)) {
        int listening = ProxyProcess.awaitListening(proxy, port).getPort();
        swapUnderLoad(
            listening,
            () -> {
              write(pem, after);
              proxy.signal("HUP");
            });
        // The watch would have shown the new certificate all the same, but does not say this.
        proxy.signal("HUP");
        await()
            .atMost(LIMIT)
            .until(() -> proxy.out().contains("reload applied: nothing has changed"));
        proxy.signal("TERM");
        Command.Result result = proxy.await();
        assertThat(result.exitCode()).as(result.out() + result.err()).isZero();
        assertThat(result.out()).contains("SIGHUP");
      }
    }
  }

  private void swapUnderLoad(int port, Swap swap) throws Exception {
    String url = "jdbc:postgresql://127.0.0.1:" + port + "/postgres?user=postgres&sslmode=require";
    try (Connection open = DriverManager.getConnection(url);
        Command pgbench =
            Command.of(
                    pgbench(
                        port,
                        "-n",
                        "-C",
                        "-S",
                        "-c",
                        "8",
                        "-j",
                        "2",
                        "-P",
                        "1",
                        "-T",
                        LOAD_SECONDS))
                .env("PGSSLMODE", "require")
                .start()) {
      assertThat(ShownCertificate.of(port)).isEqualTo(before.certificate());
      swap.run();
      await()
          .atMost(LIMIT)
          .pollInterval(Duration.ofMillis(100))
          .untilAsserted(
              () -> assertThat(ShownCertificate.of(port)).isEqualTo(after.certificate()));
      assertThat(pgbench.running()).as("load during the swap").isTrue();
      assertThat(open.isValid(5)).as("a session that was open before").isTrue();
      pgbench.signal("TERM");
      assertThat(pgbench.await().err()).doesNotContain("error");
    }
  }

  private TestProxy proxy(String files) {
    return TestProxy.to(postgres).frontend("tls { mode = terminate, " + files + " }").start();
  }

  /** At no moment is the file half written. */
  private static void write(Path pem, TestCertificate certificate) throws IOException {
    Path beside = pem.resolveSibling("new.pem");
    Files.writeString(beside, certificate.chain() + certificate.key());
    Files.move(beside, pem, StandardCopyOption.ATOMIC_MOVE);
  }

  /** Returns the name of a directory of both files. */
  private Path secret(String name, TestCertificate certificate) throws IOException {
    Path secret = Files.createDirectory(directory.resolve(name));
    Files.writeString(secret.resolve("tls.crt"), certificate.chain());
    Files.writeString(secret.resolve("tls.key"), certificate.key());
    return secret.getFileName();
  }

  private static String[] pgbench(int port, String... options) {
    String[] common = {"pgbench", "-h", "127.0.0.1", "-p", String.valueOf(port), "-U", "postgres"};
    return Stream.of(common, options, new String[] {"postgres"})
        .flatMap(Arrays::stream)
        .toArray(String[]::new);
  }
}
