// Which versions and ciphers of TLS clients may use, and what a configuration of them may say; by
// both
// providers.
package org.pgdeeplake.proxy.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Objects;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.pgdeeplake.proxy.config.FrontendTls;
import org.pgdeeplake.proxy.config.FrontendTls.ClientCertificate;
import org.pgdeeplake.proxy.support.TestCertificate;

class VersionsAndCiphersTest extends AcceptorStage {
  private static final TestCertificate FIRST = CA.issue();

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
  void noClientHasNewKeysMade(TlsProvider provider) throws Exception {
    TlsServer server = server(provider, false, TlsFiles.frontend(source("first", FIRST)));
    TlsServer.Client client = server.connect(TlsClient.of(b -> b.protocols("TLSv1.2")).anonymous());
    client.echo();

    assertThat(client.renegotiates()).isFalse();
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
}
