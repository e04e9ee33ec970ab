// Sessions are resumed, with client certificates too, for as long as their key lives and not beyond
// a change of certificates; by both providers.
package org.pgdeeplake.proxy.tls;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.pgdeeplake.proxy.config.BackendTls;
import org.pgdeeplake.proxy.config.FrontendTls;
import org.pgdeeplake.proxy.config.FrontendTls.ClientCertificate;
import org.pgdeeplake.proxy.config.HostPort;
import org.pgdeeplake.proxy.support.TestCertificate;
import org.pgdeeplake.proxy.traffic.TlsTraffic.Handshake;
import org.pgdeeplake.proxy.traffic.TlsTraffic.Result;
import org.pgdeeplake.proxy.traffic.TlsTraffic.Side;

class ResumptionTest extends AcceptorStage {
  static Stream<Arguments> providersAndVersions() {
    return Stream.of(TlsProvider.values())
        .flatMap(provider ->
            Stream.of("TLSv1.2", "TLSv1.3").map(version -> Arguments.of(provider, version)));
  }

  @ParameterizedTest
  @MethodSource("providersAndVersions")
  void aSessionIsResumed(TlsProvider provider, String version) throws Exception {
    TlsServer server = server(load(provider, TlsFiles.frontend(source("server", CA.issue()))));
    TlsClient client = TlsClient.of(builder -> builder.protocols(version));

    connect(server, client, 2);
    connect(server, TlsClient.of(builder -> builder.protocols(version)), 1);

    assertThat(counted)
        .extracting(Handshake::result)
        .containsExactly(Result.FULL, Result.RESUMED, Result.FULL);
    assertThat(counted).extracting(Handshake::version).containsOnly(version);
    assertThat(traffic.lookupsTotal()).isEqualTo(1);
    assertThat(traffic.missesTotal()).isZero();
    assertThat(traffic.total()).isEqualTo(3);
  }

  @ParameterizedTest
  @MethodSource("providersAndVersions")
  void withAClientCertificateToo(TlsProvider provider, String version) throws Exception {
    FrontendTls config =
        TlsFiles.frontend(
            new TlsFiles(directory).file("ca.pem", CA.chain()),
            ClientCertificate.REQUIRED,
            source("server", CA.issue()));
    TlsServer server = server(load(provider, config));
    TestCertificate mine = CA.issue("client", builder -> builder);

    connect(
        server,
        TlsClient.of(builder ->
            builder
                .protocols(version)
                .keyManager(
                    mine.bundle().getKeyPair().getPrivate(), mine.bundle().getCertificatePath())),
        2);

    assertThat(counted).extracting(Handshake::result).containsExactly(Result.FULL, Result.RESUMED);
  }

  @Test
  void aTicketOutlivesOneChangeOfKeysAndNotTwo() throws Exception {
    TlsAcceptor acceptor =
        load(TlsProvider.OPENSSL, TlsFiles.frontend(source("server", CA.issue())));
    TlsServer server = server(acceptor);
    TlsClient client = TlsClient.plain();
    connect(server, client, 1);

    acceptor.contexts().rotateTicketKeys();
    connect(server, client, 1);
    acceptor.contexts().rotateTicketKeys();
    acceptor.contexts().rotateTicketKeys();
    connect(server, client, 1);

    assertThat(counted)
        .extracting(Handshake::result)
        .containsExactly(Result.FULL, Result.RESUMED, Result.FULL);
    assertThat(traffic.missesTotal()).isEqualTo(1);
  }

  /** As after reloads, each of which begins another watch. */
  @Test
  void keysChangeTwiceADayWhoeverWatches() throws Exception {
    TlsAcceptor acceptor =
        load(TlsProvider.OPENSSL, TlsFiles.frontend(source("server", CA.issue())));
    TlsServer server = server(acceptor);
    TlsClient client = TlsClient.plain();
    Instant start = Instant.now();
    connect(server, client, 1);
    renew(acceptor, start.plus(Duration.ofHours(11)));
    renew(acceptor, start.plus(Duration.ofHours(13)));
    renew(acceptor, start.plus(Duration.ofHours(24)));
    connect(server, client, 1);
    renew(acceptor, start.plus(Duration.ofHours(26)));
    renew(acceptor, start.plus(Duration.ofHours(39)));
    connect(server, client, 1);

    assertThat(counted)
        .extracting(Handshake::result)
        .containsExactly(Result.FULL, Result.RESUMED, Result.FULL);
  }

  private static void renew(TlsAcceptor acceptor, Instant now) {
    try (CertificateWatch watch = new CertificateWatch(List.of(acceptor.contexts()), List::of)) {
      watch.renew(now);
    }
  }

  @ParameterizedTest
  @MethodSource("providersAndVersions")
  void noSessionOutlivesTheCertificateItBeganWith(TlsProvider provider, String version)
      throws Exception {
    TlsAcceptor acceptor = load(provider, TlsFiles.frontend(source("server", CA.issue())));
    TlsServer server = server(acceptor);
    TlsClient client = TlsClient.of(builder -> builder.protocols(version));
    connect(server, client, 1);

    source("server", CA.issue());
    assertThat(acceptor.contexts().reload()).isTrue();
    connect(server, client, 1);

    assertThat(counted).extracting(Handshake::result).containsExactly(Result.FULL, Result.FULL);
  }

  @ParameterizedTest
  @MethodSource("providersAndVersions")
  void serversMayResumeOurSessionsButNotPastTheSharedCertificate(
      TlsProvider provider, String version) throws Exception {
    TestCertificate first = CA.issue();
    List<X509Certificate> shared = new CopyOnWriteArrayList<>();
    shared.add(first.certificate());
    TlsServer server = server(load(TlsProvider.JDK, TlsFiles.frontend(source("server", first))));
    TlsConnector connector =
        TlsConnector.load(
            "b",
            new BackendTls(BackendTls.Mode.REQUIRE, null, true, null, "TLSv1.2", List.of()),
            () -> shared,
            provider,
            traffic);
    open.addFirst(connector);
    HostPort address = new HostPort("localhost", server.port());

    server.connect(alloc -> connector.newHandler(alloc, address)).echo();
    server.connect(alloc -> connector.newHandler(alloc, address)).echo();
    List<Result> results =
        counted.stream().filter(h -> h.side() == Side.BACKEND).map(Handshake::result).toList();
    assertThat(results).containsExactly(Result.FULL, Result.RESUMED);

    shared.clear();
    TlsServer.Client refused = server.connect(alloc -> connector.newHandler(alloc, address));
    assertThat(refused.failure).isNotNull();
    assertThat(TlsFailure.reason(Objects.requireNonNull(refused.failure)))
        .contains("is not the frontend's");
  }

  private static void connect(TlsServer server, TlsClient client, int times) {
    for (int i = 0; i < times; i++) {
      TlsServer.Client connection = server.connect(client.asking("localhost", server.port()));
      connection.echo();
      assertThat(server.handshake().isSuccess()).isTrue();
      connection.close();
    }
  }
}
