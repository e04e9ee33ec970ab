package org.pgdeeplake.proxy.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.pgdeeplake.proxy.demand.NoWake;
import org.pgdeeplake.proxy.support.Command;
import org.pgdeeplake.proxy.support.LoggedLines;
import org.pgdeeplake.proxy.support.NeedsProgram;
import org.pgdeeplake.proxy.support.RawClient;
import org.pgdeeplake.proxy.support.ReservedPort;
import org.pgdeeplake.proxy.support.TestProxy;
import org.pgdeeplake.proxy.support.TestTls;

// Rule: what is no proper TLS is refused before it is demand, and who is refused inside TLS reads
// why.
class TlsRefusalIT {
  @TempDir private static Path directory;

  @SuppressWarnings("NullAway.Init") // set before all tests
  private static TestTls tls;

  @SuppressWarnings("NullAway.Init") // set before each test
  private ReservedPort asleep;

  @SuppressWarnings("NullAway.Init") // set before each test
  private TestProxy proxy;

  @SuppressWarnings("NullAway.Init") // set before each test
  private LoggedLines log;

  @BeforeAll
  static void write() {
    tls = TestTls.in(directory);
  }

  @BeforeEach
  void start() {
    asleep = new ReservedPort();
    proxy = start(new String[0]);
    log = new LoggedLines("session");
  }

  private TestProxy start(String... frontend) {
    return TestProxy.to()
        .server(asleep.address())
        .frontend(tls.terminate())
        .frontend(frontend)
        .backend("timeouts.queue = 1s")
        .start();
  }

  /** For tests of the limits only: a busy machine takes longer than them for a handshake. */
  private void limit(String timeouts) {
    proxy.close();
    proxy = start("timeouts { " + timeouts + " }");
  }

  @AfterEach
  void stop() {
    log.close();
    proxy.close();
    asleep.close();
  }

  private void assertNoDemandBut(NoWake reason) {
    await("counted as " + reason)
        .untilAsserted(() -> assertThat(proxy.demand().noWake()).containsEntry(reason, 1L));
    assertThat(proxy.demand().noWake().values().stream().mapToLong(n -> n).sum()).isEqualTo(1);
    assertThat(proxy.demand().demand()).isZero();
    assertThat(proxy.backend().traffic().sessionsTotal()).isZero();
    proxy.awaitNoSession();
  }

  private void assertLogged(String what) {
    assertThat(log.await(1).getFirst())
        .matches("127\\.0\\.0\\.1:\\d+ \\[[^]]+] pg_frontend/1: .*")
        .contains(what);
  }

  @Test
  void directTlsWithoutAlpn() throws IOException {
    try (RawClient client = RawClient.open(proxy.address())) {
      assertThatThrownBy(
              () -> client.tls(TestTls.socket(client.transport(), List.of("TLSv1.3"), List.of())))
          .hasMessageContaining("no_application_protocol");
    }
    assertNoDemandBut(NoWake.TLS_HANDSHAKE);
    assertLogged("SSL handshake failure (direct TLS without ALPN postgresql)");
    assertThat(log.lines()).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void theWrongAlpn(boolean direct) throws IOException {
    try (RawClient client = RawClient.open(proxy.address())) {
      if (!direct) {
        client.send(RawClient.sslRequest());
        assertThat(client.readByte()).isEqualTo('S');
      }
      assertThatThrownBy(() ->
              client.tls(
                  TestTls.socket(
                      client.transport(), List.of("TLSv1.3"), List.of("h2", "http/1.1"))))
          .hasMessageContaining("no_application_protocol");
    }
    assertNoDemandBut(NoWake.TLS_HANDSHAKE);
  }

  @Test
  @NeedsProgram("openssl")
  void tls10() {
    Command.Result result =
        Command.of(
                "openssl",
                "s_client",
                "-starttls",
                "postgres",
                "-tls1",
                "-cipher",
                "ALL:@SECLEVEL=0",
                "-connect",
                "127.0.0.1:" + proxy.port())
            .run();
    assertThat(result.err()).contains("alert protocol version");
    assertNoDemandBut(NoWake.TLS_HANDSHAKE);
    assertLogged("SSL handshake failure (no TLS version in common)");
  }

  @Test
  void halfAClientHelloAfterAnSslRequest() throws IOException {
    limit("tls-handshake = 400ms");
    try (RawClient client = RawClient.open(proxy.address())) {
      client.send(RawClient.sslRequest());
      assertThat(client.readByte()).isEqualTo('S');
      client.send(new byte[] {0x16, 3, 1, 1, 0, 1, 0, 0, (byte) 0xfc});
      assertThat(client.readToEnd()).isEmpty();
    }
    assertNoDemandBut(NoWake.TLS_HANDSHAKE);
    assertLogged("Timeout during SSL handshake");
    assertThat(log.lines()).hasSize(1);
  }

  /** It could be anything yet, so it is the startup timeout's. */
  @Test
  void halfAClientHelloAtOnce() throws IOException {
    limit("startup = 500ms");
    try (RawClient client = RawClient.open(proxy.address())) {
      client.send(new byte[] {0x16, 3, 1, 1, 0, 1, 0, 0, (byte) 0xfc});
      assertThat(client.readToEnd()).as("an alert").startsWith("\u0015\u0003");
    }
    assertNoDemandBut(NoWake.SILENCE);
  }

  @Test
  void silenceInsideTls() throws IOException {
    limit("startup = 2s");
    try (RawClient client = RawClient.open(proxy.address()).startTls()) {
      assertThat(Objects.requireNonNull(client.read()).fields())
          .containsEntry('C', "08P01")
          .containsEntry('M', "no complete startup packet within 2 s");
      assertThat(client.read()).isNull();
    }
    assertNoDemandBut(NoWake.SILENCE);
  }

  @Test
  void aClientThatLeavesInTheMiddleOfTheHandshake() throws IOException {
    try (RawClient client = RawClient.open(proxy.address())) {
      client.send(RawClient.sslRequest());
      assertThat(client.readByte()).isEqualTo('S');
    }
    assertNoDemandBut(NoWake.INCOMPLETE);
    assertLogged("Connection closed during SSL handshake");
  }

  @ParameterizedTest
  @ValueSource(strings = {"startup", "http"})
  void plainTextAfterTheAnswer(String what) throws IOException {
    try (RawClient client = RawClient.open(proxy.address())) {
      client.send(RawClient.sslRequest());
      assertThat(client.readByte()).isEqualTo('S');
      client.send(
          what.equals("startup")
              ? RawClient.startup()
              : "GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      assertThat(client.readToEnd()).doesNotContain("FATAL").hasSizeLessThanOrEqualTo(7);
    }
    assertNoDemandBut(NoWake.TLS_HANDSHAKE);
    assertLogged("SSL handshake failure (");
  }

  /** Whoever could put them there would speak first inside TLS (CVE-2021-23214). */
  @ParameterizedTest
  @ValueSource(strings = {"startup", "hello"})
  void bytesStuffedBehindAnSslRequest(String what) throws IOException {
    byte[] stuffed =
        what.equals("startup") ? RawClient.startup() : new byte[] {0x16, 3, 1, 0, 5, 1, 0, 0, 1, 0};
    try (RawClient client = RawClient.open(proxy.address())) {
      client.send(RawClient.sslRequest(), stuffed);
      assertThat(Objects.requireNonNull(client.read()).fields())
          .containsEntry('C', "08P01")
          .containsEntry('M', "received unencrypted data after SSL request");
      assertThat(client.read()).isNull();
    }
    assertNoDemandBut(NoWake.GARBAGE);
  }

  @ParameterizedTest(name = "{0} after {1}")
  @CsvSource({
    "SSLRequest, SSLRequest",
    "SSLRequest, direct",
    "GSSENCRequest, SSLRequest",
    "GSSENCRequest, direct",
    "hello, SSLRequest"
  })
  void moreEncryptionInsideTls(String more, String before) throws IOException {
    try (RawClient plain = RawClient.open(proxy.address())) {
      RawClient client =
          before.equals("direct") ? plain.tls(TestTls.socket(plain.transport())) : plain.startTls();
      client.send(
          switch (more) {
            case "SSLRequest" -> RawClient.sslRequest();
            case "GSSENCRequest" -> RawClient.gssEncRequest();
            default -> new byte[] {0x16, 3, 1, 0, 5, 1, 0, 0, 1, 0};
          });
      assertThat(Objects.requireNonNull(client.read()).fields())
          .containsEntry('C', "08P01")
          .containsEntry(
              'M',
              more.equals("hello")
                  ? "invalid length of startup packet"
                  : "received " + more + " inside TLS");
      assertThat(client.read()).isNull();
    }
    assertNoDemandBut(NoWake.GARBAGE);
  }

  @Test
  @NeedsProgram("psql")
  void plainTextWhereTlsIsRequired() {
    try (TestProxy required = start("tls.require = true")) {
      Command.Result plain = required.psql("select 1").env("PGSSLMODE", "disable").run();
      assertThat(plain.exitCode()).isEqualTo(2);
      assertThat(plain.err())
          .isEqualTo(
              "psql: error: connection to server at \"127.0.0.1\", port %d failed: "
                      .formatted(required.port())
                  + """
                  FATAL:  no encryption: this server requires TLS
                  DETAIL:  The connection is not encrypted.
                  HINT:  Connect with sslmode=require.
                  """);
      assertThat(required.demand().noWake()).containsEntry(NoWake.REFUSED, 1L);
      assertThat(required.demand().demand()).isZero();
      // Refused in plain text, it tries TLS, and waits there.
      Command.Result allowed = required.psql("select 1").env("PGSSLMODE", "allow").run();
      assertThat(allowed.err()).contains("the database did not become available within 1 s");
      assertThat(required.backend().traffic().sessionsTotal()).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"prefer", "require"})
  @NeedsProgram("psql")
  void theQueueTimeoutIsWaitedOnce(String sslMode) {
    Command.Result result = proxy.psql("select 1").env("PGSSLMODE", sslMode).run();
    assertThat(result.exitCode()).isEqualTo(2);
    assertThat(result.err())
        .isEqualTo(
            "psql: error: connection to server at \"127.0.0.1\", port %d failed: "
                    .formatted(proxy.port())
                + """
                FATAL:  the database did not become available within 1 s
                DETAIL:  No server of backend "pg_backends" is up.
                HINT:  Try again; if it lasts, look whether whatever starts instances is running.
                """);
    assertThat(proxy.backend().traffic().sessionsTotal()).isEqualTo(1);
    proxy.awaitNoSession();
    assertThat(log.await(1)).hasSize(1);
    assertThat(log.lines().getFirst()).contains(" pg_frontend~ ").contains(" sQ ");
  }

  /** What breaks TLS after the handshake is garbage, too. */
  @Test
  void plainTextInsideTls() throws IOException {
    try (RawClient client = RawClient.open(proxy.address())) {
      client.send(RawClient.sslRequest());
      assertThat(client.readByte()).isEqualTo('S');
      // In TLS 1.2 the server has the last word of the handshake: for both it is over.
      var _ = client.tls(TestTls.socket(client.transport(), List.of("TLSv1.2"), List.of()));
      client.transport().getOutputStream().write(RawClient.startup());
      proxy.awaitNoSession();
    }
    assertNoDemandBut(NoWake.GARBAGE);
    assertLogged("SSL error after the handshake (");
    assertThat(log.lines()).hasSize(1);
  }

  /** Refused before it asked, and told so where it can be read. */
  @Test
  @NeedsProgram("psql")
  void tooManyConnections() throws IOException {
    try (TestProxy limited = start("max-connections = 1");
        RawClient first = RawClient.open(limited.address())) {
      await().until(() -> limited.sessions() == 1);
      Command.Result result = limited.psql("select 1").env("PGSSLMODE", "require").run();
      assertThat(result.err()).contains("FATAL:  too many connections\n");
      first.send(RawClient.startup());
    }
  }

  /** The last words are for a client that goes on sending, too: no reset may overtake them. */
  @Test
  void aClientThatSendsMuchIsToldAllTheSame() throws IOException {
    for (int round = 0; round < 5; round++) {
      try (RawClient client = RawClient.open(proxy.address()).startTls()) {
        client.send(RawClient.startup(), new byte[10_000]);
        client.send(new byte[10_000]);
        assertThat(client.readToEnd()).contains("57P03");
      }
    }
    await().atMost(Duration.ofSeconds(5)).until(() -> proxy.sessions() == 0);
  }
}
