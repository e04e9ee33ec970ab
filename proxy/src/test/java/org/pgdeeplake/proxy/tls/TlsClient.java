package org.pgdeeplake.proxy.tls;

import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import javax.net.ssl.SSLException;
import org.pgdeeplake.proxy.support.TestCertificate;

/** A client that is not ours: Java's own TLS, which keeps its sessions and trusts everybody. */
record TlsClient(SslContext context) {
  static TlsClient of(UnaryOperator<SslContextBuilder> more) {
    try {
      return new TlsClient(
          more.apply(
                  SslContextBuilder.forClient()
                      .sslProvider(SslProvider.JDK)
                      .trustManager(InsecureTrustManagerFactory.INSTANCE)
                      .endpointIdentificationAlgorithm(null))
              .build());
    } catch (SSLException e) {
      throw new AssertionError(e);
    }
  }

  static TlsClient plain() {
    return of(builder -> builder);
  }

  /** One that shows a certificate. */
  static TlsClient showing(TestCertificate certificate) {
    return of(builder ->
        builder.keyManager(
            certificate.bundle().getKeyPair().getPrivate(),
            certificate.bundle().getCertificatePath()));
  }

  /** Asks for no name, and for no earlier session. */
  Function<ByteBufAllocator, SslHandler> anonymous() {
    return context::newHandler;
  }

  /** Asks for that name, and for an earlier session of that name and port. */
  Function<ByteBufAllocator, SslHandler> asking(String name, int port) {
    return alloc -> context.newHandler(alloc, name, port);
  }
}
