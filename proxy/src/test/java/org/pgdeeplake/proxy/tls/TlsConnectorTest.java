// A server is trusted exactly as far as the mode says, by both providers and with a readable
// reason.
package org.pgdeeplake.proxy.tls;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.SniHandler;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.util.Mapping;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.pgdeeplake.proxy.config.BackendTls;
import org.pgdeeplake.proxy.config.BackendTls.Mode;
import org.pgdeeplake.proxy.config.CertificateSource;
import org.pgdeeplake.proxy.config.FileSetting;
import org.pgdeeplake.proxy.config.FrontendTls.ClientCertificate;
import org.pgdeeplake.proxy.config.HostPort;
import org.pgdeeplake.proxy.support.TestCertificate;
import org.pgdeeplake.proxy.traffic.TlsTraffic;

class TlsConnectorTest {
  private static final TestCertificate CA = TestCertificate.authority("ca");
  private static final TestCertificate LOCALHOST = CA.issue();
  private static final TestCertificate STRANGER = TestCertificate.selfSigned();

  @TempDir private Path directory;

  @ParameterizedTest
  @EnumSource
  void verifyFullChecksChainAndName(TlsProvider provider) throws Exception {
    BackendTls full = TlsFiles.backend(Mode.VERIFY_FULL, ca());

    assertThat(handshake(provider, shown(), full, "localhost")).isEqualTo("ok");
    assertThat(handshake(provider, shown(), full, "127.0.0.1")).isEqualTo("ok");
    assertThat(handshake(provider, shown(), full, "other"))
        .startsWith("the certificate is made out for another name");
    assertThat(handshake(provider, shown(), full, "127.0.0.2"))
        .startsWith("the certificate is made out for another name");
    assertThat(handshake(provider, stranger(), full, "localhost"))
        .startsWith("the certificate is signed by an unknown authority");
  }

  @ParameterizedTest
  @EnumSource
  void verifyCaChecksTheChainOnly(TlsProvider provider) throws Exception {
    BackendTls verifyCa = TlsFiles.backend(Mode.VERIFY_CA, ca());

    assertThat(handshake(provider, shown(), verifyCa, "other")).isEqualTo("ok");
    assertThat(handshake(provider, stranger(), verifyCa, "localhost"))
        .isEqualTo(
            "the certificate is signed by an unknown authority"
                + " | the other end refused with the alert "
                + (provider == TlsProvider.OPENSSL ? "unknown_ca" : "certificate_unknown"));
  }

  @ParameterizedTest
  @EnumSource
  void requireAndPreferTakeAnyCertificate(TlsProvider provider) throws Exception {
    for (Mode mode : List.of(Mode.REQUIRE, Mode.PREFER)) {
      BackendTls any = TlsFiles.backend(mode, null);
      assertThat(handshake(provider, shown(), any, "other")).isEqualTo("ok");
      assertThat(handshake(provider, stranger(), any, "127.0.0.1")).isEqualTo("ok");
    }
  }

  @ParameterizedTest
  @EnumSource
  void theSystemsAuthoritiesKnowNoneOfOurs(TlsProvider provider) throws Exception {
    assertThat(handshake(provider, shown(), TlsFiles.backend(Mode.VERIFY_FULL, null), "localhost"))
        .startsWith("the certificate is signed by an unknown authority");
  }

  @ParameterizedTest
  @EnumSource
  void theServerMayHaveToShowTheFrontendsCertificate(TlsProvider provider) throws Exception {
    BackendTls shared = new BackendTls(Mode.REQUIRE, null, true, null, "TLSv1.2", List.of());

    assertThat(handshake(provider, shown(), shared, "localhost")).isEqualTo("ok");
    assertThat(handshake(provider, stranger(), shared, "localhost"))
        .startsWith("the server's certificate is not the frontend's (shared-certificate = true)");
  }

  @ParameterizedTest
  @EnumSource
  void expiredServersAreToldApart(TlsProvider provider) throws Exception {
    Instant now = Instant.now();
    TestCertificate expired =
        CA.issue(
            "localhost",
            builder ->
                TestCertificate.localhost(builder)
                    .notBefore(now.minus(Duration.ofDays(9)))
                    .notAfter(now.minus(Duration.ofDays(1))));
    TestCertificate early =
        CA.issue(
            "localhost",
            builder -> TestCertificate.localhost(builder).notBefore(now.plus(Duration.ofHours(1))));
    BackendTls verify = TlsFiles.backend(Mode.VERIFY_CA, ca());

    assertThat(withServer(provider, expired, verify, "localhost", "TLSv1.3"))
        .isEqualTo("the certificate has expired");
    assertThat(withServer(provider, early, verify, "localhost", "TLSv1.3"))
        .isEqualTo("the certificate is not valid yet");
  }

  @ParameterizedTest
  @EnumSource
  void oldVersionsAreNotSpoken(TlsProvider provider) throws Exception {
    BackendTls modern = new BackendTls(Mode.REQUIRE, null, false, null, "TLSv1.3", List.of());

    assertThat(withServer(provider, LOCALHOST, modern, "localhost", "TLSv1.2"))
        .matches("no TLS version in common|the other end refused with the alert protocol_version");
  }

  @ParameterizedTest
  @EnumSource
  void namesAreAskedForAddressesAreNot(TlsProvider provider) throws Exception {
    BackendTls any = TlsFiles.backend(Mode.REQUIRE, null);

    assertThat(askedName(provider, any, "pg-deeplake-1")).isEqualTo("pg-deeplake-1");
    // Java cannot.
    assertThat(askedName(provider, any, "pg_deeplake_1")).isEmpty();
    assertThat(askedName(provider, any, "pg.example.")).isEqualTo("pg.example");
    assertThat(askedName(provider, any, "127.0.0.1")).isEmpty();
    assertThat(askedName(provider, any, "::1")).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void theProxyShowsItsCertificateAndItsProtocol(TlsProvider provider) throws Exception {
    TlsFiles files = new TlsFiles(directory);
    CertificateSource mine = files.combined("proxy.pem", CA.issue("proxy", builder -> builder));
    TlsTraffic traffic = new TlsTraffic(_ -> {});
    try (TlsAcceptor acceptor =
            TlsAcceptor.load(
                "f",
                TlsFiles.frontend(ca(), ClientCertificate.REQUIRED, shown()),
                provider,
                traffic);
        TlsConnector with = connector(provider, TlsFiles.backend(Mode.REQUIRE, null, mine));
        TlsConnector without = connector(provider, TlsFiles.backend(Mode.REQUIRE, null));
        TlsServer server = new TlsServer(() -> acceptor.newHandler(true))) {
      HostPort address = new HostPort("localhost", server.port());
      TlsServer.Client client = server.connect(alloc -> with.newHandler(alloc, address));
      client.echo();
      assertThat(server.handshake().isSuccess()).isTrue();

      server.connect(alloc -> without.newHandler(alloc, address));
      assertThat(TlsFailure.reason(server.handshake().cause()))
          .isEqualTo("no certificate was sent");
    }
  }

  /** Against a server with any certificate. */
  private static String withServer(
      TlsProvider provider, TestCertificate shown, BackendTls backend, String host, String version)
      throws Exception {
    SslContext context = serverContext(shown, version);
    try (TlsConnector connector = connector(provider, backend);
        TlsServer server = new TlsServer(() -> context.newHandler(ByteBufAllocator.DEFAULT))) {
      TlsServer.Client client =
          server.connect(alloc -> connector.newHandler(alloc, new HostPort(host, server.port())));
      return TlsFailure.reason(Objects.requireNonNull(client.failure));
    }
  }

  private static SslContext serverContext(TestCertificate shown, String version) throws Exception {
    return SslContextBuilder.forServer(
            shown.bundle().getKeyPair().getPrivate(), shown.bundle().getCertificatePath())
        .sslProvider(SslProvider.JDK)
        .protocols(version)
        .build();
  }

  private static String askedName(TlsProvider provider, BackendTls backend, String host)
      throws Exception {
    SslContext context = serverContext(LOCALHOST, "TLSv1.3");
    BlockingQueue<String> asked = new LinkedBlockingQueue<>();
    try (TlsConnector connector = connector(provider, backend);
        TlsServer server =
            new TlsServer(() ->
                new SniHandler(
                    (Mapping<String, SslContext>)
                        name -> {
                          asked.add(name == null ? "" : name);
                          return context;
                        }))) {
      server
          .connect(alloc -> connector.newHandler(alloc, new HostPort(host, server.port())))
          .echo();
      return asked.take();
    }
  }

  private static TlsConnector connector(TlsProvider provider, BackendTls backend)
      throws TlsFileException {
    return TlsConnector.load("b", backend, List::of, provider, new TlsTraffic(_ -> {}));
  }

  private FileSetting ca() {
    return new TlsFiles(directory).file("ca.pem", CA.chain());
  }

  private CertificateSource shown() {
    return new TlsFiles(directory).combined("server.pem", LOCALHOST);
  }

  private CertificateSource stranger() {
    return new TlsFiles(directory).combined("stranger.pem", STRANGER);
  }

  private static String handshake(
      TlsProvider provider, CertificateSource shown, BackendTls backend, String host)
      throws TlsFileException {
    TlsTraffic traffic = new TlsTraffic(_ -> {});
    try (TlsAcceptor acceptor = TlsAcceptor.load("f", TlsFiles.frontend(shown), provider, traffic);
        TlsConnector connector =
            TlsConnector.load(
                "b", backend, () -> List.of(LOCALHOST.certificate()), provider, traffic);
        TlsServer server = new TlsServer(() -> acceptor.newHandler(false))) {
      TlsServer.Client client =
          server.connect(alloc -> connector.newHandler(alloc, new HostPort(host, server.port())));
      if (client.failure == null) {
        client.echo();
        return "ok";
      }
      return TlsFailure.reason(client.failure)
          + " | "
          + TlsFailure.reason(server.handshake().cause());
    }
  }
}
