package org.pgdeeplake.proxy.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.CertificateBuilder.Algorithm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Arrays;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.pgdeeplake.proxy.support.Command;
import org.pgdeeplake.proxy.support.NeedsProgram;
import org.pgdeeplake.proxy.support.ProxyFile;
import org.pgdeeplake.proxy.support.TestCertificate;
import org.pgdeeplake.proxy.support.TestPostgres;
import org.pgdeeplake.proxy.support.TestProxy;
import org.postgresql.util.PSQLException;

// Rule: SCRAM's channel binding works wherever client and server see the same certificate, and
// stands in nobody's way elsewhere.
@NeedsProgram("psql")
class ChannelBindingIT {
  private static final String PASSWORD = "secret";
  private static final Command.Result ROW = new Command.Result(0, "42\n", "");

  @SuppressWarnings("NullAway.Init") // set before all tests
  private static TestPostgres plain;

  @SuppressWarnings("NullAway.Init") // set before all tests
  private static TestPostgres encrypted;

  @TempDir private Path directory;

  @BeforeAll
  static void start() {
    plain = TestPostgres.create().scram(PASSWORD).start();
    encrypted = TestPostgres.create().scram(PASSWORD).tls().start();
  }

  @AfterAll
  static void stop() {
    plain.close();
    encrypted.close();
  }

  /** The hash that is bound to depends on how the certificate is signed (RFC 5929, 4.1). */
  @ParameterizedTest
  @EnumSource(
      value = Algorithm.class,
      names = {"rsa2048", "ecp256", "ecp384"})
  void requireWorksWithOneCertificate(Algorithm algorithm) throws Exception {
    TestCertificate certificate = certificate(algorithm);
    Path pem = pem(certificate);
    encrypted.stop();
    encrypted.tls(certificate).start();
    try (TestProxy passthrough = TestProxy.to(encrypted).start();
        TestProxy terminate =
            TestProxy.to(encrypted)
                .frontend("tls { mode = terminate, certificate = \"" + pem + "\" }")
                .backend(
                    "tls { mode = verify-full, ca = \"" + pem + "\", shared-certificate = true }")
                .start()) {
      for (TestProxy proxy : new TestProxy[] {passthrough, terminate}) {
        assertThat(psql(proxy, "require", "require")).isEqualTo(ROW);
        assertRow(proxy, "sslmode=require", "channelBinding=require");
      }
      assertThat(psql(terminate, "disable", "prefer")).isEqualTo(ROW);
      assertRow(terminate, "sslmode=disable");
    }
  }

  /** What libpq and pgjdbc do by default. */
  @ParameterizedTest
  @CsvSource({"terminate, require", "terminate, disable", "off, disable", "off, prefer"})
  void preferWorksWhereTheyDiffer(String mode, String sslMode) throws Exception {
    ProxyFile builder =
        mode.equals("terminate")
            ? TestProxy.to(plain).frontend(terminating())
            : TestProxy.to(encrypted).frontend("tls.mode = off").backend("tls.mode = require");
    try (TestProxy proxy = builder.start()) {
      assertThat(psql(proxy, sslMode, "prefer")).isEqualTo(ROW);
      assertRow(proxy, "sslmode=" + sslMode);
    }
  }

  @Test
  void requireFailsInTheClientsWordsWhereTheServerHasNoTls() throws IOException {
    try (TestProxy proxy = TestProxy.to(plain).frontend(terminating()).start()) {
      Command.Result refused = psql(proxy, "require", "require");
      assertThat(refused.exitCode()).isEqualTo(2);
      assertThat(refused.err())
          .contains(
              "channel binding is required, but server did not offer an authentication method that"
                  + " supports channel binding");
      PSQLException thrown =
          catchThrowableOfType(
              PSQLException.class,
              () -> assertRow(proxy, "sslmode=require", "channelBinding=require"));
      assertThat(thrown.getMessage()).contains("Channel Binding is required");
    }
  }

  private static TestCertificate certificate(Algorithm algorithm) throws Exception {
    return new TestCertificate(
        TestCertificate.localhost(new CertificateBuilder())
            .algorithm(algorithm)
            .subject("CN=localhost")
            .setIsCertificateAuthority(true)
            .buildSelfSigned());
  }

  private Path pem(TestCertificate certificate) throws IOException {
    return Files.writeString(
        directory.resolve("server.pem"), certificate.chain() + certificate.key());
  }

  private String terminating() throws IOException {
    return "tls { mode = terminate, certificate = \"%s\" }"
        .formatted(pem(TestCertificate.selfSigned()));
  }

  private static Command.Result psql(TestProxy proxy, String sslMode, String channelBinding) {
    return proxy
        .psql("select 41 + 1")
        .env("PGPASSWORD", PASSWORD)
        .env("PGSSLMODE", sslMode)
        .env("PGCHANNELBINDING", channelBinding)
        .run();
  }

  private static void assertRow(TestProxy proxy, String... parameters) throws SQLException {
    String[] all = Arrays.copyOf(parameters, parameters.length + 1);
    all[parameters.length] = "password=" + PASSWORD;
    try (Connection connection = proxy.connect(all)) {
      assertThat(connection.isValid(5)).isTrue();
    }
  }
}
