package org.pgdeeplake.proxy.tls;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import org.pgdeeplake.proxy.config.CertificateSource;
import org.pgdeeplake.proxy.config.FrontendTls;
import org.pgdeeplake.proxy.support.TestCertificate;
import org.pgdeeplake.proxy.traffic.TlsTraffic;
import org.pgdeeplake.proxy.traffic.TlsTraffic.Handshake;

/** Certificates in a directory, acceptors that show them and servers that use these. */
abstract class AcceptorStage {
  static final TestCertificate CA = TestCertificate.authority("ca");

  @TempDir Path directory;
  final List<Handshake> counted = new CopyOnWriteArrayList<>();
  final TlsTraffic traffic = new TlsTraffic(counted::add);
  final List<AutoCloseable> open = new ArrayList<>();

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable one : open.reversed()) {
      one.close();
    }
  }

  CertificateSource source(String name, TestCertificate certificate) {
    return new TlsFiles(directory).combined(name + ".pem", certificate);
  }

  TlsAcceptor load(TlsProvider provider, FrontendTls config) throws TlsFileException {
    TlsAcceptor acceptor = TlsAcceptor.load("f", config, provider, traffic);
    open.add(acceptor);
    return acceptor;
  }

  TlsServer server(TlsProvider provider, boolean direct, FrontendTls config)
      throws TlsFileException {
    return server(load(provider, config), direct);
  }

  TlsServer server(TlsAcceptor acceptor) {
    return server(acceptor, false);
  }

  private TlsServer server(TlsAcceptor acceptor, boolean direct) {
    TlsServer server = new TlsServer(() -> acceptor.newHandler(direct));
    open.add(server);
    return server;
  }
}
