package org.pgdeeplake.proxy.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.time.Duration;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.pgdeeplake.proxy.demand.NoWake;
import org.pgdeeplake.proxy.support.Command;
import org.pgdeeplake.proxy.support.NeedsProgram;
import org.pgdeeplake.proxy.support.RawClient;
import org.pgdeeplake.proxy.support.TestProxy;
import org.pgdeeplake.proxy.support.TestTls;

// Rule: who is refused inside TLS, or for want of it, reads why, and waits once.
class RefusalInsideTlsIT extends TlsRefusalStage {
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
