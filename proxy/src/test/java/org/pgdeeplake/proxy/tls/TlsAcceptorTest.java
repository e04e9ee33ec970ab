// Which handshakes with clients succeed, with which certificate, and how the others are refused; by
// both providers.
package org.pgdeeplake.proxy.tls;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.pkitesting.CertificateBuilder;
import java.io.ByteArrayOutputStream;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.pgdeeplake.proxy.config.FrontendTls;
import org.pgdeeplake.proxy.config.FrontendTls.ClientCertificate;
import org.pgdeeplake.proxy.support.TestCertificate;
import org.pgdeeplake.proxy.traffic.TlsTraffic.Handshake;
import org.pgdeeplake.proxy.traffic.TlsTraffic.Result;

class TlsAcceptorTest extends AcceptorStage {
  private static final TestCertificate FIRST = CA.issue();

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
    TlsServer server = server(acceptor);
    acceptor.close();

    server.connect(TlsClient.plain().anonymous());
    assertThat(TlsFailure.reason(server.handshake().cause())).contains("closed");
    assertThat(server.handshakes).isEmpty();
  }

  private void assertCounted(Result... results) {
    assertThat(counted).extracting(Handshake::result).containsExactly(results);
    assertThat(traffic.total()).isEqualTo(results.length);
  }

  private static X509Certificate shown(TlsServer server, @Nullable String name) throws Exception {
    TlsClient client = TlsClient.plain();
    TlsServer.Client connection =
        server.connect(name == null ? client.anonymous() : client.asking(name, server.port()));
    connection.echo();
    return connection.shown();
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
