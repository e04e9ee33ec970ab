// Which handshakes with clients succeed, with which certificate, and how the others are refused; by
// both providers.
package org.pgdeeplake.proxy.tls;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.pkitesting.CertificateBuilder;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.pgdeeplake.proxy.config.CertificateSource;
import org.pgdeeplake.proxy.config.FrontendTls;
import org.pgdeeplake.proxy.config.FrontendTls.ClientCertificate;
import org.pgdeeplake.proxy.support.TestCertificate;
import org.pgdeeplake.proxy.traffic.TlsTraffic;
import org.pgdeeplake.proxy.traffic.TlsTraffic.Handshake;
import org.pgdeeplake.proxy.traffic.TlsTraffic.Result;

class TlsAcceptorTest {
  private static final TestCertificate CA = TestCertificate.authority("ca");
  private static final TestCertificate FIRST = CA.issue();
  private static final byte[] NO_APPLICATION_PROTOCOL = {21, 3, 3, 0, 2, 2, 120};

  @TempDir private Path directory;
  private final List<Handshake> counted = new CopyOnWriteArrayList<>();
  private final TlsTraffic traffic = new TlsTraffic(counted::add);
  private final List<AutoCloseable> open = new ArrayList<>();

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable one : open.reversed()) {
      one.close();
    }
  }

  @ParameterizedTest
  @EnumSource
  void theNameAskedForChoosesTheCertificate(TlsProvider provider) throws Exception {
    TestCertificate wild = CA.issue("wild", b -> names(b, "*.db.example", "*.b.example"));
    TestCertificate exact = CA.issue("exact", b -> b.addSanDnsName("A.db.example"));
    TestCertificate named = CA.issue("cn.example", b -> b);
    TestCertificate both = CA.issue("hidden.example", b -> b.addSanDnsName("other.example"));
    TlsServer server =
        server(
            provider,
            false,
            TlsFiles.frontend(
                source("first", FIRST),
                source("wild", wild),
                source("exact", exact),
                source("named", named),
                source("both", both)));

    assertThat(shown(server, "a.DB.example")).isEqualTo(exact.certificate());
    assertThat(shown(server, "z.db.example")).isEqualTo(wild.certificate());
    assertThat(shown(server, "b.b.example")).isEqualTo(wild.certificate());
    assertThat(shown(server, "y.z.db.example")).isEqualTo(FIRST.certificate());
    assertThat(shown(server, "db.example")).isEqualTo(FIRST.certificate());
    assertThat(shown(server, "cn.example")).isEqualTo(named.certificate());
    assertThat(shown(server, "other.example")).isEqualTo(both.certificate());
    assertThat(shown(server, "hidden.example")).isEqualTo(FIRST.certificate());
    assertThat(shown(server, null)).isEqualTo(FIRST.certificate());
  }

  @ParameterizedTest
  @EnumSource
  void anotherProtocolIsRefusedWithItsAlert(TlsProvider provider) throws Exception {
    TlsServer server = server(provider, false, TlsFiles.frontend(source("first", FIRST)));

    TlsServer.Client client =
        server.connect(TlsClient.of(b -> b.applicationProtocolConfig(alpn("h2"))).anonymous());

    assertThat(TlsFailure.reason(Objects.requireNonNull(client.failure)))
        .isEqualTo("the other end refused with the alert no_application_protocol");
    assertThat(TlsFailure.reason(server.handshake().cause())).isEqualTo("ALPN without postgresql");
    assertCounted(Result.FAILED);
  }

  @ParameterizedTest
  @EnumSource
  void onlyDirectTlsNeedsTheProtocol(TlsProvider provider) throws Exception {
    FrontendTls config = TlsFiles.frontend(source("first", FIRST));
    server(provider, false, config).connect(TlsClient.plain().anonymous()).echo();
    server(provider, true, config)
        .connect(
            TlsClient.of(b -> b.applicationProtocolConfig(alpn("h2", "postgresql"))).anonymous())
        .echo();

    TlsServer direct = server(provider, true, config);
    TlsServer.Client client = direct.connect(TlsClient.plain().anonymous());
    assertThat(TlsFailure.reason(Objects.requireNonNull(client.failure)))
        .isEqualTo("the other end refused with the alert no_application_protocol");
    assertThat(TlsFailure.reason(direct.handshake().cause()))
        .isEqualTo("direct TLS without ALPN postgresql");
  }

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
  void versionsFromTheOldestOnAreSpoken(TlsProvider provider) throws Exception {
    FrontendTls config = TlsFiles.frontend(source("first", FIRST));
    TlsServer both = server(provider, false, config);
    for (String version : List.of("TLSv1.2", "TLSv1.3")) {
      TlsServer.Client client = both.connect(TlsClient.of(b -> b.protocols(version)).anonymous());
      client.echo();
      assertThat(client.session().getProtocol()).isEqualTo(version);
      assertThat(both.handshake().isSuccess()).isTrue();
    }
    TlsServer modern =
        server(
            provider,
            false,
            new FrontendTls(
                config.mode(),
                false,
                config.certificates(),
                null,
                ClientCertificate.OPTIONAL,
                "TLSv1.3",
                List.of()));
    TlsServer.Client old = modern.connect(TlsClient.of(b -> b.protocols("TLSv1.2")).anonymous());
    assertThat(TlsFailure.reason(Objects.requireNonNull(old.failure)))
        .isEqualTo("the other end refused with the alert protocol_version");
    assertThat(TlsFailure.reason(modern.handshake().cause())).isEqualTo("no TLS version in common");
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

  @ParameterizedTest
  @EnumSource
  void onlyCiphersWithForwardSecrecyByDefault(TlsProvider provider) throws Exception {
    TestCertificate rsa = CA.issue("localhost", b -> TestCertificate.localhost(b).rsa2048());
    TlsServer server = server(provider, false, TlsFiles.frontend(source("rsa", rsa)));
    String good = "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256";
    TlsServer.Client client =
        server.connect(
            TlsClient.of(b -> b.protocols("TLSv1.2").ciphers(List.of(good))).anonymous());
    client.echo();
    assertThat(client.session().getCipherSuite()).isEqualTo(good);
    assertThat(server.handshake().isSuccess()).isTrue();

    TlsServer.Client weak =
        server.connect(
            TlsClient.of(b ->
                    b.protocols("TLSv1.2").ciphers(List.of("TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA")))
                .anonymous());
    assertThat(weak.failure).isNotNull();
    assertThat(TlsFailure.reason(server.handshake().cause()))
        .isEqualTo("no cipher suite in common");
  }

  @ParameterizedTest
  @EnumSource
  void unknownCiphersAreNamedWithTheirLikes(TlsProvider provider) {
    assertThatThrownBy(
            () -> load(provider, ciphers("TLSv1.2", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA265")))
        .isInstanceOf(TlsFileException.class)
        .hasMessageStartingWith("frontend f: tls.ciphers: no cipher suite")
        .hasMessageContaining("did you mean TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256?");
    assertThatThrownBy(
            () -> load(provider, ciphers("TLSv1.3", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256")))
        .hasMessageContaining("none of them is of TLS 1.3");
    if (provider == TlsProvider.OPENSSL) {
      assertThatThrownBy(() -> load(provider, ciphers("TLSv1.2", "TLS_AES_128_GCM_SHA256")))
          .hasMessageContaining("takes all suites of TLS 1.3 or none");
    }
  }

  @ParameterizedTest
  @EnumSource
  void clientCertificatesMayBeOptionalOrRequired(TlsProvider provider) throws Exception {
    TestCertificate known = CA.issue("client", b -> b);
    // Of the same name, or Java would not even send it.
    TestCertificate unknown = TestCertificate.authority("ca").issue("client", b -> b);
    TlsFiles files = new TlsFiles(directory);
    for (ClientCertificate need : ClientCertificate.values()) {
      TlsServer server =
          server(
              provider,
              false,
              TlsFiles.frontend(files.file("ca.pem", CA.chain()), need, source("first", FIRST)));
      server.connect(TlsClient.showing(known).anonymous()).echo();
      assertThat(server.handshake().isSuccess()).isTrue();

      server.connect(TlsClient.showing(unknown).anonymous());
      assertThat(TlsFailure.reason(server.handshake().cause()))
          .startsWith("the certificate is signed by an unknown authority");

      server.connect(TlsClient.plain().anonymous());
      SslHandshakeCompletionEvent without = server.handshake();
      assertThat(without.isSuccess()).isEqualTo(need == ClientCertificate.OPTIONAL);
      if (!without.isSuccess()) {
        assertThat(TlsFailure.reason(without.cause())).isEqualTo("no certificate was sent");
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void noClientHasNewKeysMade(TlsProvider provider) throws Exception {
    TlsServer server = server(provider, false, TlsFiles.frontend(source("first", FIRST)));
    TlsServer.Client client = server.connect(TlsClient.of(b -> b.protocols("TLSv1.2")).anonymous());
    client.echo();

    assertThat(client.renegotiates()).isFalse();
  }

  @ParameterizedTest
  @EnumSource
  void connectionsAreCountedUntilTheyEnd(TlsProvider provider) throws Exception {
    TlsServer server = server(provider, false, TlsFiles.frontend(source("first", FIRST)));
    TlsServer.Client one = server.connect(TlsClient.plain().anonymous());
    one.echo();
    TlsServer.Client two = server.connect(TlsClient.plain().anonymous());
    two.echo();
    assertThat(traffic.current()).isEqualTo(2);

    one.close();
    await().atMost(Duration.ofSeconds(10)).until(() -> traffic.current() == 1);
    two.close();
    await().atMost(Duration.ofSeconds(10)).until(() -> traffic.current() == 0);
    assertThat(traffic.total()).isEqualTo(2);
  }

  @ParameterizedTest
  @EnumSource
  void whoComesAfterTheEndIsToldSo(TlsProvider provider) throws Exception {
    TlsAcceptor acceptor = load(provider, TlsFiles.frontend(source("first", FIRST)));
    TlsServer server = new TlsServer(() -> acceptor.newHandler(false));
    open.add(server);
    acceptor.close();

    server.connect(TlsClient.plain().anonymous());
    assertThat(TlsFailure.reason(server.handshake().cause())).contains("closed");
    assertThat(server.handshakes).isEmpty();
  }

  private void assertCounted(Result... results) {
    assertThat(counted).extracting(Handshake::result).containsExactly(results);
    assertThat(traffic.total()).isEqualTo(results.length);
  }

  private FrontendTls ciphers(String minVersion, String... ciphers) {
    return new FrontendTls(
        FrontendTls.Mode.TERMINATE,
        false,
        List.of(source("first", FIRST)),
        null,
        ClientCertificate.OPTIONAL,
        minVersion,
        List.of(ciphers));
  }

  private CertificateSource source(String name, TestCertificate certificate) {
    return new TlsFiles(directory).combined(name + ".pem", certificate);
  }

  private TlsAcceptor load(TlsProvider provider, FrontendTls config) throws TlsFileException {
    TlsAcceptor acceptor = TlsAcceptor.load("f", config, provider, traffic);
    open.add(acceptor);
    return acceptor;
  }

  private TlsServer server(TlsProvider provider, boolean direct, FrontendTls config)
      throws TlsFileException {
    TlsAcceptor acceptor = load(provider, config);
    TlsServer server = new TlsServer(() -> acceptor.newHandler(direct));
    open.add(server);
    return server;
  }

  private static X509Certificate shown(TlsServer server, @Nullable String name) throws Exception {
    TlsClient client = TlsClient.plain();
    TlsServer.Client connection =
        server.connect(name == null ? client.anonymous() : client.asking(name, server.port()));
    connection.echo();
    return connection.shown();
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

  /** The library's own way takes no wildcards. RFC 5280 section 4.2.1.6. */
  private static CertificateBuilder names(CertificateBuilder builder, String... names) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (String name : names) {
      all.write(0x82);
      all.write(name.length());
      all.writeBytes(name.getBytes(US_ASCII));
    }
    byte[] extension = new byte[2 + all.size()];
    extension[0] = 0x30;
    extension[1] = (byte) all.size();
    System.arraycopy(all.toByteArray(), 0, extension, 2, all.size());
    return builder.addExtensionOctetString("2.5.29.17", false, extension);
  }

  private static ApplicationProtocolConfig alpn(String... protocols) {
    return new ApplicationProtocolConfig(
        ApplicationProtocolConfig.Protocol.ALPN,
        ApplicationProtocolConfig.SelectorFailureBehavior.NO_ADVERTISE,
        ApplicationProtocolConfig.SelectedListenerFailureBehavior.ACCEPT,
        protocols);
  }
}
