// A changed certificate is shown from the next handshake on, live sessions keep theirs, and a wrong
// file changes nothing; by both providers.
package org.pgdeeplake.proxy.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.pgdeeplake.proxy.config.BackendTls;
import org.pgdeeplake.proxy.config.CertificateSource;
import org.pgdeeplake.proxy.config.ConfigReader;
import org.pgdeeplake.proxy.config.FileSetting;
import org.pgdeeplake.proxy.config.HostPort;
import org.pgdeeplake.proxy.config.ProxyConfig;
import org.pgdeeplake.proxy.support.TestCertificate;

class ReloadTest extends AcceptorStage {
  private static final TestCertificate OLD = CA.issue();
  private static final TestCertificate NEW = CA.issue();

  @ParameterizedTest
  @EnumSource
  void theNextHandshakeShowsTheNewOneAndALiveSessionGoesOn(TlsProvider provider) throws Exception {
    write("server.pem", OLD);
    TlsAcceptor acceptor = acceptor(provider, combined());
    CertificateWatch watch = watch(acceptor);
    TlsServer server = server(acceptor);
    TlsServer.Client live = server.connect(TlsClient.plain().anonymous());
    live.echo();

    assertThat(watch.look()).isZero();
    write("server.pem", NEW);
    assertThat(watch.look()).isEqualTo(1);

    live.echo();
    assertThat(live.shown()).isEqualTo(OLD.certificate());
    assertThat(shown(server)).isEqualTo(NEW.certificate());
    assertThat(acceptor.certificate()).isEqualTo(NEW.certificate());
    live.echo();
    assertThat(watch.look()).isZero();
  }

  @ParameterizedTest
  @EnumSource
  void aHandshakeUnderWayEndsWithTheCertificateItBeganWith(TlsProvider provider) throws Exception {
    write("server.pem", OLD);
    TlsAcceptor acceptor = acceptor(provider, combined());
    TlsServer server = server(acceptor);
    AtomicBoolean done = new AtomicBoolean();
    try (ExecutorService thread = Executors.newSingleThreadExecutor()) {
      Future<?> swaps =
          thread.submit(() -> {
            for (int i = 0; !done.get(); i++) {
              write("server.pem", i % 2 == 0 ? NEW : OLD);
              acceptor.contexts().reload();
            }
            return null;
          });
      for (int i = 0; i < 50; i++) {
        assertThat(shown(server)).isIn(OLD.certificate(), NEW.certificate());
      }
      done.set(true);
      swaps.get();
    }
  }

  @ParameterizedTest
  @EnumSource
  void aWrongFileChangesNothingAndIsToldOnce(TlsProvider provider) throws Exception {
    write("server.pem", OLD);
    TlsAcceptor acceptor = acceptor(provider, combined());
    CertificateWatch watch = watch(acceptor);
    TlsServer server = server(acceptor);

    new TlsFiles(directory).file("server.pem", NEW.chain());
    assertThat(watch.look()).isEqualTo(1);
    assertThat(watch.look()).isZero();
    Files.delete(directory.resolve("server.pem"));
    assertThat(watch.look()).isEqualTo(1);
    assertThat(shown(server)).isEqualTo(OLD.certificate());

    write("server.pem", NEW);
    assertThat(watch.look()).isEqualTo(1);
    assertThat(shown(server)).isEqualTo(NEW.certificate());
  }

  @Test
  void aKeyAndACertificateThatComeOneAfterTheOtherAreTakenTogether() throws Exception {
    TlsFiles files = new TlsFiles(directory);
    CertificateSource source =
        new CertificateSource(files.file("tls.crt", OLD.chain()), files.file("tls.key", OLD.key()));
    TlsAcceptor acceptor = acceptor(TlsProvider.best(), source);
    CertificateWatch watch = watch(acceptor);

    files.file("tls.crt", NEW.chain());
    assertThat(watch.look()).isEqualTo(1);
    assertThat(acceptor.certificate()).isEqualTo(OLD.certificate());
    files.file("tls.key", NEW.key());
    assertThat(watch.look()).isEqualTo(1);
    assertThat(acceptor.certificate()).isEqualTo(NEW.certificate());
  }

  @Test
  void filesThatChangeWhileTheyAreReadAreReadAgain() throws Exception {
    TlsFiles files = new TlsFiles(directory);
    FileSetting certificate = files.file("tls.crt", NEW.chain());
    FileSetting key = files.file("tls.key", OLD.key());
    List<FileSetting> settings = List.of(certificate, key);
    PemFiles mixed = PemFiles.read(settings);
    files.file("tls.key", NEW.key());

    PemFiles settled = mixed.settled(settings);

    CertificateSource source = new CertificateSource(certificate, key);
    assertThat(Identity.load(settled, source, _ -> {}).leaf()).isEqualTo(NEW.certificate());
  }

  @Test
  void permissionsThatAreMendedAreSeen() throws Exception {
    write("server.pem", OLD);
    TlsAcceptor acceptor = acceptor(TlsProvider.best(), combined());
    CertificateWatch watch = watch(acceptor);
    Path path = directory.resolve("server.pem");

    write("server.pem", NEW);
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-rw-rw-"));
    watch.look();
    assertThat(acceptor.certificate()).isEqualTo(OLD.certificate());
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-------"));
    watch.look();
    assertThat(acceptor.certificate()).isEqualTo(NEW.certificate());
  }

  @ParameterizedTest
  @EnumSource
  void aServersAuthorityMayChange(TlsProvider provider) throws Exception {
    write("server.pem", OLD);
    TlsServer server = server(acceptor(provider, combined()));
    FileSetting ca = new TlsFiles(directory).file("ca.pem", TestCertificate.authority("x").alone());
    TlsConnector connector =
        TlsConnector.load(
            "b", TlsFiles.backend(BackendTls.Mode.VERIFY_CA, ca), List::of, provider, traffic);
    open.addFirst(connector);
    HostPort address = new HostPort("localhost", server.port());
    assertThat(server.connect(alloc -> connector.newHandler(alloc, address)).failure).isNotNull();

    new TlsFiles(directory).file("ca.pem", CA.alone());
    assertThat(connector.context().reload()).isTrue();
    assertThat(server.connect(alloc -> connector.newHandler(alloc, address)).failure).isNull();
  }

  @Test
  void theWatchSeesKubernetesSwapALink() throws Exception {
    Files.createDirectory(directory.resolve("..1"));
    Files.createDirectory(directory.resolve("..2"));
    TlsFiles files = new TlsFiles(directory);
    files.file("..1/tls.crt", OLD.chain());
    files.file("..1/tls.key", OLD.key());
    files.file("..2/tls.crt", NEW.chain());
    files.file("..2/tls.key", NEW.key());
    Files.createSymbolicLink(directory.resolve("..data"), Path.of("..1"));
    for (String name : List.of("tls.crt", "tls.key")) {
      Files.createSymbolicLink(directory.resolve(name), Path.of("..data", name));
    }
    TlsEdge edge = edge("certificate = tls.crt, key = tls.key");
    edge.start();
    TlsAcceptor acceptor = Objects.requireNonNull(edge.acceptor("f"));
    assertThat(acceptor.certificate()).isEqualTo(OLD.certificate());

    Files.createSymbolicLink(directory.resolve("..next"), Path.of("..2"));
    Files.move(
        directory.resolve("..next"), directory.resolve("..data"), StandardCopyOption.ATOMIC_MOVE);

    await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> acceptor.certificate().equals(NEW.certificate()));
    assertThat(edge.shown())
        .extracting(shown -> shown.certificate().getSerialNumber())
        .containsExactly(NEW.certificate().getSerialNumber());
  }

  @Test
  void reloadNeedsNoChangeOfTheTimeOfLooking() throws Exception {
    write("server.pem", OLD);
    TlsEdge edge = edge("certificate = server.pem");
    write("server.pem", NEW);
    edge.start();

    await()
        .atMost(Duration.ofSeconds(20))
        .until(() ->
            Objects.requireNonNull(edge.acceptor("f")).certificate().equals(NEW.certificate()));
  }

  @Test
  void everythingThatIsWrongIsToldAtOnceWithItsPlace() throws Exception {
    write("server.pem", OLD);
    new TlsFiles(directory).file("key.pem", OLD.key());
    assertThatThrownBy(() ->
            edge(
                """
                certificate = missing.pem
                  more-certificates = [ { certificate = server.pem }, { certificate = key.pem } ]
                  client-ca = nobody.pem
                """))
        .isInstanceOfSatisfying(
            TlsFileException.class,
            e ->
                assertThat(e.problems())
                    .satisfiesExactly(
                        p ->
                            assertThat(p)
                                .matches(
                                    ".*proxy.conf:\\d+: .*certificate: .*missing.pem: no such file.*"),
                        p -> assertThat(p).contains("key.pem: there is no certificate in it"),
                        p ->
                            assertThat(p)
                                .contains("client-ca: ")
                                .contains("nobody.pem: no such file")));
  }

  private TlsEdge edge(String tls) throws Exception {
    Path file = directory.resolve("proxy.conf");
    Files.writeString(
        file,
        """
        proxy.frontends.f { bind = "127.0.0.1:0", default-backend = b, tls { mode = terminate
          %s } }
        proxy.backends.b.servers = [ { name = s, address = "h:1" } ]
        """
            .formatted(tls));
    ProxyConfig config = ConfigReader.read(file);
    TlsEdge edge = TlsEdge.load(config, traffic);
    open.add(edge);
    return edge;
  }

  private CertificateSource combined() {
    return new CertificateSource(
        new FileSetting(directory.resolve("server.pem"), TlsFiles.WHERE), null);
  }

  /** As an editor does: another file takes the name. */
  private void write(String name, TestCertificate certificate) throws IOException {
    FileSetting written =
        new TlsFiles(directory).file(name + ".tmp", certificate.chain(), certificate.key());
    Files.move(written.path(), directory.resolve(name), StandardCopyOption.ATOMIC_MOVE);
  }

  private static X509Certificate shown(TlsServer server) throws Exception {
    TlsServer.Client client = server.connect(TlsClient.plain().anonymous());
    client.echo();
    client.close();
    return client.shown();
  }

  private TlsAcceptor acceptor(TlsProvider provider, CertificateSource source)
      throws TlsFileException {
    return load(provider, TlsFiles.frontend(source));
  }

  private CertificateWatch watch(TlsAcceptor acceptor) {
    CertificateWatch watch = new CertificateWatch(List.of(acceptor.contexts()), List::of);
    open.add(watch);
    return watch;
  }
}
