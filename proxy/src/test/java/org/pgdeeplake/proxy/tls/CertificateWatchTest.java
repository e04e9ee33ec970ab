// What is watched is told in time and again, and one that cannot be watched hides no other.
package org.pgdeeplake.proxy.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.pgdeeplake.proxy.config.CertificateSource;
import org.pgdeeplake.proxy.config.ConfigReader;
import org.pgdeeplake.proxy.config.FrontendTls;
import org.pgdeeplake.proxy.config.FrontendTls.ClientCertificate;
import org.pgdeeplake.proxy.support.LoggedLines;
import org.pgdeeplake.proxy.support.TestCertificate;
import org.pgdeeplake.proxy.traffic.TlsTraffic;

class CertificateWatchTest {
  private static final TestCertificate CA = TestCertificate.authority("ca");
  private static final TestCertificate OLD = CA.issue();
  private static final TestCertificate NEW = CA.issue();

  @TempDir private Path directory;

  @Test
  void aCertificateThatEndsSoonOrHasEndedIsToldOnceADay() throws Exception {
    Instant now = Instant.now();
    TestCertificate longLived =
        CA.issue("long", builder -> builder.notAfter(now.plus(Duration.ofDays(400))));
    // Signed by an intermediate that ends after 90 days, as the authority of clients does.
    TestCertificate below =
        CA.intermediate("middle")
            .issue("leaf", builder -> builder.notAfter(now.plus(Duration.ofDays(50))));
    FrontendTls config =
        TlsFiles.frontend(
            new TlsFiles(directory).file("ca.pem", TestCertificate.authority("clients").alone()),
            ClientCertificate.OPTIONAL,
            source("long.pem", longLived),
            source("below.pem", below));
    try (TlsAcceptor acceptor = load("f", config);
        CertificateWatch watch = new CertificateWatch(List.of(acceptor.contexts()), List::of);
        LoggedLines log = new LoggedLines(CertificateWatch.class.getName())) {
      watch.renew(now);
      assertThat(log.lines()).isEmpty();

      Instant soon = now.plus(Duration.ofDays(45));
      watch.renew(soon);
      try (CertificateWatch next = new CertificateWatch(List.of(acceptor.contexts()), List::of)) {
        next.renew(soon.plus(Duration.ofHours(23)));
        assertThat(log.lines()).as("once a day, whoever watches").hasSize(1);
        next.renew(soon.plus(Duration.ofHours(24)));
      }
      assertThat(log.lines())
          .hasSize(2)
          .allSatisfy(line ->
              assertThat(line)
                  .startsWith("frontend f: the certificate of CN=leaf, serial ")
                  .containsPattern(" expires in [34] days, at "));

      watch.renew(now.plus(Duration.ofDays(91)));
      assertThat(log.lines().subList(2, log.lines().size()))
          .satisfiesExactlyInAnyOrder(
              line -> assertThat(line).contains("CN=leaf").contains(" expired at "),
              line -> assertThat(line).contains("CN=middle").contains(" expired at "),
              line -> assertThat(line).contains("CN=clients").contains(" expired at "));
    }
  }

  @Test
  void whatGoesWrongWithOneIsLoggedAndKeepsNobodyFromTheNext() throws Exception {
    CertificateSource source = source("server.pem", OLD);
    AtomicBoolean broken = new AtomicBoolean();
    Loaded<ServerContexts> first =
        Loaded.load(
            "frontend broken",
            List.of(source.certificate()),
            files -> {
              if (broken.get()) {
                throw new LinkageError("out of luck");
              }
              return ServerContexts.load("", TlsFiles.frontend(source), files, TlsProvider.JDK);
            });
    try (TlsAcceptor second = load("f", TlsFiles.frontend(source));
        CertificateWatch watch = new CertificateWatch(List.of(first, second.contexts()), List::of);
        LoggedLines log = new LoggedLines(CertificateWatch.class.getName())) {
      broken.set(true);
      source("server.pem", NEW);
      watch.look();

      await()
          .atMost(Duration.ofSeconds(20))
          .until(() -> second.certificate().equals(NEW.certificate()));
      assertThat(log.lines())
          .contains("frontend broken: internal error in the watch of certificates");
    }
    first.close();
  }

  @Test
  void frontendsWhoseBackendSharesTheirCertificateMustShowTheSame() throws Exception {
    Path file =
        Files.writeString(
            directory.resolve("proxy.conf"),
            """
            proxy.frontend-defaults { default-backend = b, tls.mode = terminate }
            proxy.frontends.f { bind = "h:1", tls.certificate = f.pem }
            proxy.frontends.g { bind = "h:2", tls.certificate = g.pem }
            proxy.backends.b {
              servers = [ { name = s, address = "h:1" } ]
              tls { mode = require, shared-certificate = true }
            }
            """);
    source("f.pem", OLD);
    source("g.pem", NEW);
    String problem =
        file
            + ":3: proxy.frontends.g.tls.certificate: "
            + directory.resolve("g.pem")
            + ": not the certificate of frontend f, but the servers of backend b share one";
    assertThatThrownBy(() -> TlsEdge.load(ConfigReader.read(file), new TlsTraffic(_ -> {})))
        .isInstanceOf(TlsFileException.class)
        .hasMessageStartingWith(problem);

    source("g.pem", OLD);
    try (TlsEdge edge = TlsEdge.load(ConfigReader.read(file), new TlsTraffic(_ -> {}));
        LoggedLines log = new LoggedLines(CertificateWatch.class.getName())) {
      source("g.pem", NEW);
      edge.start();
      await()
          .atMost(Duration.ofSeconds(20))
          .until(() -> log.lines().stream().anyMatch(line -> line.startsWith(problem)));
    }
  }

  @Test
  void aCertificateThatNobodyEverSeesIsToldOf() throws Exception {
    FrontendTls config =
        TlsFiles.frontend(
            source("a.pem", OLD),
            source("other.pem", CA.issue("other", builder -> builder.addSanDnsName("other"))),
            source("b.pem", NEW));
    try (TlsAcceptor acceptor = load("f", config)) {
      assertThat(acceptor.contexts().get().warnings())
          .containsExactly(
              "frontend f: the certificate of CN=localhost, serial "
                  + Identity.serial(NEW.certificate())
                  + ", is never shown: one before it has all its names");
    }
  }

  @Test
  void handshakesOfAProxyRunOnThreadsOfTheirOwn() throws Exception {
    Path file =
        Files.writeString(
            directory.resolve("proxy.conf"),
            """
            proxy.frontends.f {
              bind = "h:1", default-backend = b
              tls { mode = terminate, certificate = f.pem, client-ca = ca.pem }
            }
            proxy.backends.b.servers = [ { name = s, address = "h:1" } ]
            """);
    source("f.pem", OLD);
    new TlsFiles(directory).file("ca.pem", CA.alone());
    for (TlsProvider provider : TlsProvider.values()) {
      try (TlsEdge edge = TlsEdge.load(ConfigReader.read(file), provider, new TlsTraffic(_ -> {}));
          TlsServer server =
              new TlsServer(() -> Objects.requireNonNull(edge.acceptor("f")).newHandler(false))) {
        await().atMost(Duration.ofSeconds(20)).until(() -> handshakeThreads().isEmpty());
        server.connect(TlsClient.showing(CA.issue()).anonymous()).echo();
        assertThat(handshakeThreads()).isNotEmpty();
      }
    }
  }

  private static List<String> handshakeThreads() {
    return Thread.getAllStackTraces().keySet().stream()
        .map(Thread::getName)
        .filter(name -> name.matches("tls-\\d+"))
        .toList();
  }

  private CertificateSource source(String name, TestCertificate certificate) {
    return new TlsFiles(directory).combined(name, certificate);
  }

  private static TlsAcceptor load(String name, FrontendTls config) throws TlsFileException {
    return TlsAcceptor.load(name, config, TlsProvider.JDK, new TlsTraffic(_ -> {}));
  }
}
