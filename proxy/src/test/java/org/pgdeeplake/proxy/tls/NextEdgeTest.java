package org.pgdeeplake.proxy.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.pgdeeplake.proxy.config.ConfigReader;
import org.pgdeeplake.proxy.config.ProxyConfig;
import org.pgdeeplake.proxy.support.TestCertificate;
import org.pgdeeplake.proxy.traffic.TlsTraffic;

// Rule: the next configuration goes on with what has not changed, and leaves the last one whole.
class NextEdgeTest {
  private static final TestCertificate OLD = TestCertificate.selfSigned();
  private static final TestCertificate NEW = TestCertificate.selfSigned();

  private final TlsTraffic traffic = new TlsTraffic(_ -> {});
  private final List<TlsEdge> edges = new ArrayList<>();

  @TempDir private Path directory;

  @AfterEach
  void close() {
    edges.reversed().forEach(TlsEdge::close);
  }

  private void write(String name, TestCertificate certificate) {
    new TlsFiles(directory).file(name, certificate.chain(), certificate.key());
  }

  private ProxyConfig config(String tls) throws Exception {
    return ConfigReader.read(
        Files.writeString(
            directory.resolve("proxy.conf"),
            """
            proxy.frontends.f { bind = "127.0.0.1:0", default-backend = b, tls { mode = terminate
              %s } }
            proxy.backends.b.servers = [ { name = s, address = "h:1" } ]
            """
                .formatted(tls)));
  }

  private TlsEdge first() throws Exception {
    write("server.pem", OLD);
    TlsEdge edge = TlsEdge.load(config("certificate = server.pem"), traffic);
    edges.add(edge);
    edge.start();
    return edge;
  }

  private TlsEdge next(TlsEdge before, String tls) throws Exception {
    TlsEdge edge = before.next(config(tls), traffic);
    edges.add(edge);
    return edge;
  }

  private static TlsAcceptor acceptor(TlsEdge edge) {
    return Objects.requireNonNull(edge.acceptor("f"));
  }

  @Test
  void whatHasNotChangedStaysWithItsTickets() throws Exception {
    TlsEdge before = first();
    TlsEdge after = next(before, "certificate = server.pem");
    assertThat(acceptor(after)).isSameAs(acceptor(before));
    assertThat(before.replacedBy(after)).isEmpty();

    after.succeed(before);
    before.release();
    assertThat(acceptor(after).certificate()).isEqualTo(OLD.certificate());

    TlsEdge last = next(after, "certificate = server.pem");
    last.succeed(after);
    after.release();
    assertThat(acceptor(last).certificate()).isEqualTo(OLD.certificate());
  }

  @Test
  void aLineAboveItIsNoChange() throws Exception {
    TlsEdge before = first();
    TlsEdge after = next(before, "\ncertificate = server.pem");
    assertThat(acceptor(after)).isSameAs(acceptor(before));
    after.succeed(before);
    before.release();
  }

  @Test
  void whatIsNotWantedInTheEndLeavesTheLastOneAsItWas() throws Exception {
    TlsEdge before = first();
    next(before, "certificate = server.pem").release();
    assertThat(acceptor(before).certificate()).isEqualTo(OLD.certificate());
    assertThatThrownBy(() -> next(before, "certificate = missing.pem"))
        .isInstanceOf(TlsFileException.class);
    assertThat(acceptor(before).certificate()).isEqualTo(OLD.certificate());
  }

  @Test
  void anotherFileIsAnotherOneAndTheLastGoesOnUntilItIsReleased() throws Exception {
    TlsEdge before = first();
    write("server.pem", NEW);
    TlsEdge after = next(before, "certificate = server.pem");
    assertThat(before.replacedBy(after))
        .containsExactly(
            "frontend f: shows the certificate of CN=localhost, serial "
                + Identity.serial(NEW.certificate()));

    after.succeed(before);
    assertThat(acceptor(after).certificate()).isEqualTo(NEW.certificate());
    assertThat(acceptor(before).certificate()).isEqualTo(OLD.certificate());
    before.release();
    assertThat(acceptor(after).certificate()).isEqualTo(NEW.certificate());
  }

  @Test
  void otherSettingsAreAnotherOneToo() throws Exception {
    TlsEdge before = first();
    TlsEdge after = next(before, "certificate = server.pem, min-version = TLSv1.3");
    assertThat(acceptor(after)).isNotSameAs(acceptor(before));
    after.succeed(before);
    before.release();
  }
}
