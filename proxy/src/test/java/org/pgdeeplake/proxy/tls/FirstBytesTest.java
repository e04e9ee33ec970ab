// What a client sends before a handshake may come in pieces, be broken or no TLS at all: it is
// answered
// with its alert and fails once; by both providers.
package org.pgdeeplake.proxy.tls;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.pgdeeplake.proxy.support.TestCertificate;
import org.pgdeeplake.proxy.traffic.TlsTraffic.Result;

class FirstBytesTest extends AcceptorStage {
  private static final TestCertificate FIRST = CA.issue();
  private static final byte[] NO_APPLICATION_PROTOCOL = {21, 3, 3, 0, 2, 2, 120};

  @ParameterizedTest
  @EnumSource
  void theAlertIsAPlainRecord(TlsProvider provider) throws Exception {
    TlsServer server = server(provider, true, TlsFiles.frontend(source("first", FIRST)));

    assertThat(answer(server, clientHello(new byte[0]))).isEqualTo(NO_APPLICATION_PROTOCOL);
    assertThat(server.handshake().isSuccess()).isFalse();
  }

  @ParameterizedTest
  @EnumSource
  void whatIsNoClientHelloFailsOnce(TlsProvider provider) throws Exception {
    TlsServer server = server(provider, false, TlsFiles.frontend(source("first", FIRST)));
    byte[] broken = clientHello(new byte[] {0, 16, 0, 9, 0});
    byte[] huge = {22, 3, 1, 0, 4, 1, 0x7F, 0, 0};
    byte[] alert = {21, 3, 1, 0, 2, 2, 40};
    byte[] notTls = "GET / HTTP/1.1\r\n\r\n".getBytes(US_ASCII);

    for (byte[] bytes : List.of(broken, huge, alert, notTls)) {
      answer(server, bytes);
      assertThat(TlsFailure.reason(server.handshake().cause())).isNotBlank();
    }
    assertThat(answer(server, broken)).isEqualTo(new byte[] {21, 3, 3, 0, 2, 2, 50});
    assertThat(server.handshake().isSuccess()).isFalse();
    assertThat(server.handshakes).isEmpty();
    assertThat(counted).hasSize(5).allMatch(h -> h.result() == Result.FAILED);
  }

  @ParameterizedTest
  @EnumSource
  void whoLeavesBeforeTheClientHelloIsWholeFailsOnce(TlsProvider provider) throws Exception {
    TlsServer server = server(provider, false, TlsFiles.frontend(source("first", FIRST)));

    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
      socket.getOutputStream().write(clientHello(new byte[0]), 0, 20);
    }

    assertThat(TlsFailure.reason(server.handshake().cause()))
        .isEqualTo("the other end closed the connection");
    assertThat(server.handshakes).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void aClientHelloMayComeInPieces(TlsProvider provider) throws Exception {
    TlsServer server = server(provider, true, TlsFiles.frontend(source("first", FIRST)));

    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
      for (byte one : clientHello(new byte[0])) {
        socket.getOutputStream().write(one);
        socket.getOutputStream().flush();
      }
      assertThat(socket.getInputStream().readAllBytes()).isEqualTo(NO_APPLICATION_PROTOCOL);
    }
  }

  @ParameterizedTest
  @EnumSource
  void olderVersionsThanTls12AreRefused(TlsProvider provider) throws Exception {
    TlsServer server = server(provider, false, TlsFiles.frontend(source("first", FIRST)));
    for (int minor : List.of(1, 2)) {
      byte[] hello = clientHello(new byte[0]);
      hello[10] = (byte) minor;
      // A fatal alert protocol_version, whatever the record's version.
      byte[] answer = answer(server, hello);
      assertThat(answer[0]).isEqualTo((byte) 21);
      assertThat(answer[6]).isEqualTo((byte) 70);
      assertThat(TlsFailure.reason(server.handshake().cause()))
          .isEqualTo("no TLS version in common");
    }
  }

  /** A ClientHello of TLS 1.2 in its record, as the bytes of a client. */
  private static byte[] clientHello(byte[] extensions) {
    byte[] body = new byte[2 + 32 + 1 + 4 + 2 + 2 + extensions.length];
    body[0] = 3;
    body[1] = 3;
    int at = 35;
    body[at + 1] = 2;
    body[at + 2] = (byte) 0xC0;
    body[at + 3] = 0x2B; // TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256
    body[at + 4] = 1;
    body[at + 7] = (byte) extensions.length;
    System.arraycopy(extensions, 0, body, at + 8, extensions.length);
    byte[] record = new byte[9 + body.length];
    byte[] headers = {22, 3, 1, 0, (byte) (4 + body.length), 1, 0, 0, (byte) body.length};
    System.arraycopy(headers, 0, record, 0, headers.length);
    System.arraycopy(body, 0, record, headers.length, body.length);
    return record;
  }

  /** All that the server says to these bytes. */
  private static byte[] answer(TlsServer server, byte[] bytes) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
      socket.setSoTimeout(10_000);
      socket.getOutputStream().write(bytes);
      return socket.getInputStream().readAllBytes();
    }
  }
}
