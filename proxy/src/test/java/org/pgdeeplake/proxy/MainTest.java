// The command line: data to standard output, talk to standard error, and the exit codes that --help
// lists.
package org.pgdeeplake.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.pgdeeplake.proxy.config.ProxyConfig;
import org.pgdeeplake.proxy.support.TestCertificate;

class MainTest {
  private static final int PROXY_ENDED = 77;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private final List<ProxyConfig> served = new ArrayList<>();

  @TempDir private Path directory;

  @Test
  void servesAValidFileAndReturnsItsExitCode() throws IOException {
    assertThat(run("--config", valid())).isEqualTo(PROXY_ENDED);

    assertThat(served).hasSize(1);
    assertThat(served.getFirst().frontends().getFirst().name()).isEqualTo("f");
    assertThat(out.toString()).isEmpty();
    assertThat(err.toString()).isEqualTo("serving\n");
  }

  @Test
  void checkSaysOneLineAndServesNothing() throws IOException {
    String file = valid();

    assertThat(run("--check", "--config", file)).isZero();

    assertThat(out.toString()).isEqualTo(file + ": valid: 1 frontend, 2 backends, 1 server\n");
    assertThat(err.toString()).isEmpty();
    assertThat(served).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aBadFileIsRefusedWithEveryProblem(boolean check) throws IOException {
    String file = file("proxy.frontends {}\nproxy.threads = x\nproxy.transport = y\n");

    assertThat(check ? run("--check", "--config", file) : run("--config", file)).isEqualTo(1);

    assertThat(out.toString()).isEmpty();
    assertThat(err.toString().lines())
        .satisfiesExactly(
            line -> assertThat(line).startsWith(file + ":1: proxy.frontends: no frontend"),
            line -> assertThat(line).startsWith(file + ":2: proxy.threads: "),
            line -> assertThat(line).startsWith(file + ":3: proxy.transport: "),
            line -> assertThat(line).isEqualTo("pg-proxy: refused, 3 problems"));
    assertThat(served).isEmpty();
  }

  @Test
  void checkReadsTheCertificatesToo() throws IOException {
    String file =
        file(
            """
            proxy.frontends.f {
              bind = "127.0.0.1:0", default-backend = b
              tls { mode = terminate, certificate = missing.pem, client-ca = ca.pem }
            }
            proxy.backends.b.servers = [ { name = s, address = "h:1" } ]
            """);

    assertThat(run("--check", "--config", file)).isEqualTo(1);

    assertThat(out.toString()).isEmpty();
    assertThat(err.toString().lines())
        .satisfiesExactly(
            line ->
                assertThat(line)
                    .startsWith(file + ":3: proxy.frontends.f.tls.certificate: ")
                    .endsWith("missing.pem: no such file; give the path of a PEM file"),
            line -> assertThat(line).startsWith(file + ":3: proxy.frontends.f.tls.client-ca: "),
            line -> assertThat(line).isEqualTo("pg-proxy: refused, 2 problems"));
    assertThat(served).isEmpty();
  }

  @Test
  void checkWarnsOfWhatWorksButNotForLong() throws IOException {
    TestCertificate certificate =
        TestCertificate.authority("ca")
            .issue("x", builder -> builder.notAfter(Instant.now().plus(Duration.ofHours(80))));
    Path pem = Files.writeString(directory.resolve("x.pem"), certificate.chain());
    Path key = Files.writeString(directory.resolve("x.key"), certificate.key());
    Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-r--r--"));
    String file =
        file(
            """
            proxy.frontends.f {
              bind = "127.0.0.1:0", default-backend = b
              tls { mode = terminate, certificate = %s, key = %s }
            }
            proxy.backends.b.servers = [ { name = s, address = "h:1" } ]
            """
                .formatted(pem.getFileName(), key.getFileName()));

    assertThat(run("--check", "--config", file)).isZero();

    assertThat(out.toString()).startsWith(file + ": valid: ");
    assertThat(err.toString().lines())
        .satisfiesExactly(
            line ->
                assertThat(line)
                    .startsWith("warning: " + file + ":3: ")
                    .contains(key + ": everyone on this machine can read this private key"),
            line ->
                assertThat(line)
                    .startsWith("warning: frontend f: the certificate of CN=x, serial ")
                    .contains(" expires in 3 days, at "));
  }

  @Test
  void aFileThatIsNotThereIsAProblemOfOneLine() {
    String missing = directory.resolve("missing.conf").toString();

    assertThat(run("--config", missing)).isEqualTo(1);

    assertThat(err.toString())
        .isEqualTo(missing + ": no such file\npg-proxy: refused, 1 problem\n");
  }

  @Test
  void aDirectoryIsAProblemOfOneLine() {
    assertThat(run("--check", "--config", directory.toString())).isEqualTo(1);

    assertThat(err.toString().lines())
        .first()
        .isEqualTo(directory + ": is a directory; give the path of a file");
  }

  @Test
  void withoutAFileItIsWrongUse() {
    assertThat(run()).isEqualTo(2);

    assertThat(out.toString()).isEmpty();
    assertThat(err.toString())
        .isEqualTo("pg-proxy: Missing required option: '--config=FILE'\nTry: pg-proxy --help\n");
  }

  @Test
  void aMisspeltOptionIsWrongUseWithASuggestion() {
    assertThat(run("--confg=x")).isEqualTo(2);

    assertThat(err.toString())
        .isEqualTo(
            """
            pg-proxy: Unknown option: '--confg=x'
            Possible solutions: --config
            Try: pg-proxy --help
            """);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"--config", "--config=a|--config=b", "--config=a|b", "--config=a|--port=1"})
  void otherWrongUse(String args) {
    assertThat(run(args.split("\\|", -1))).isEqualTo(2);

    assertThat(err.toString()).startsWith("pg-proxy: ").endsWith("Try: pg-proxy --help\n");
    assertThat(served).isEmpty();
  }

  @Test
  void helpListsExitCodesAndAnExampleWithoutColours() {
    assertThat(run("--help")).isZero();

    assertThat(out.toString())
        .contains("--config=FILE", "--check", "--version", "Exit codes:", "Example:")
        .containsPattern("(?m)^ +0 +ended cleanly")
        .containsPattern("(?m)^ +1 +the configuration is not valid")
        .containsPattern("(?m)^ +2 +the command line is wrong")
        .containsPattern("(?m)^ +130 +ended at once")
        .doesNotContain("\u001b");
    assertThat(out.toString().lines()).allSatisfy(line -> assertThat(line).hasSizeLessThan(81));
    assertThat(err.toString()).isEmpty();
  }

  @Test
  void versionIsOneLine() {
    assertThat(run("--version")).isZero();

    assertThat(out.toString().lines()).singleElement().asString().startsWith("pg-proxy ");
  }

  private int run(String... args) {
    return Main.run(
        new PrintWriter(out, true),
        new PrintWriter(err, true),
        (config, talk) -> {
          talk.println("serving");
          served.add(config.config());
          return PROXY_ENDED;
        },
        args);
  }

  private String valid() throws IOException {
    return file(
        """
        proxy.frontends.f { bind = "127.0.0.1:0", default-backend = b }
        proxy.backends.b.servers = [ { name = s, address = "h:1" } ]
        proxy.backends.empty {}
        """);
  }

  private String file(String text) throws IOException {
    return Files.writeString(directory.resolve("proxy.conf"), text).toString();
  }
}
