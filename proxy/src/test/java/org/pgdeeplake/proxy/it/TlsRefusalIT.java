package org.pgdeeplake.proxy.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.pgdeeplake.proxy.demand.NoWake;
import org.pgdeeplake.proxy.support.Command;
import org.pgdeeplake.proxy.support.NeedsProgram;
import org.pgdeeplake.proxy.support.RawClient;
import org.pgdeeplake.proxy.support.TestTls;

// Rule: what is no proper TLS is refused before it is demand, and counted and logged as what it is.
class TlsRefusalIT extends TlsRefusalStage {
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
}
