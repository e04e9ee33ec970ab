// What a handshake hands to other threads: nothing where its signature is quick and no certificate
// of a client is looked at, so that it costs no switch of threads; else what takes long leaves the
// loop.
package org.pgdeeplake.proxy.tls;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.pkitesting.CertificateBuilder.Algorithm;
import java.util.concurrent.Executor;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.pgdeeplake.proxy.config.FrontendTls;
import org.pgdeeplake.proxy.config.FrontendTls.ClientCertificate;
import org.pgdeeplake.proxy.support.TestCertificate;
import org.pgdeeplake.proxy.traffic.TlsTraffic.Handshake;
import org.pgdeeplake.proxy.traffic.TlsTraffic.Result;

class HandshakeTasksTest extends AcceptorStage {
  private final AtomicInteger tasks = new AtomicInteger();
  private final Executor elsewhere =
      task -> {
        tasks.incrementAndGet();
        ForkJoinPool.commonPool().execute(task);
      };

  @Test
  void aQuickSignatureStaysOnTheLoop() throws Exception {
    fullAndResumed(TlsProvider.OPENSSL, shown(Algorithm.ecp256));

    assertThat(tasks).hasValue(0);
  }

  @ParameterizedTest
  @EnumSource(
      value = Algorithm.class,
      names = {"ecp384", "rsa2048"})
  void aLongOneLeavesIt(Algorithm algorithm) throws Exception {
    fullAndResumed(TlsProvider.OPENSSL, shown(algorithm));

    assertThat(tasks).hasPositiveValue();
  }

  @Test
  void soDoesTheCheckOfAClient() throws Exception {
    FrontendTls config =
        TlsFiles.frontend(
            new TlsFiles(directory).file("ca.pem", CA.chain()),
            ClientCertificate.OPTIONAL,
            source("server", CA.issue()));

    fullAndResumed(TlsProvider.OPENSSL, config);

    assertThat(tasks).hasPositiveValue();
  }

  @Test
  void andAllThatJavaDoes() throws Exception {
    fullAndResumed(TlsProvider.JDK, shown(Algorithm.ecp256));

    assertThat(tasks).hasPositiveValue();
  }

  private FrontendTls shown(Algorithm algorithm) {
    return TlsFiles.frontend(
        source(
            "server",
            CA.issue("localhost", b -> TestCertificate.localhost(b).algorithm(algorithm))));
  }

  private void fullAndResumed(TlsProvider provider, FrontendTls config) throws Exception {
    TlsAcceptor acceptor =
        TlsAcceptor.load("f", config, provider, traffic, new HandshakeTurns(elsewhere, 1));
    open.add(acceptor);
    TlsServer server = server(acceptor);
    TlsClient client = TlsClient.plain();
    for (int i = 0; i < 2; i++) {
      TlsServer.Client connection = server.connect(client.asking("localhost", server.port()));
      connection.echo();
      connection.close();
    }
    assertThat(counted).extracting(Handshake::result).containsExactly(Result.FULL, Result.RESUMED);
  }
}
