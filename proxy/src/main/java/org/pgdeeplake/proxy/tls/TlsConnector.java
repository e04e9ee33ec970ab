package org.pgdeeplake.proxy.tls;

import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.function.Supplier;
import javax.net.ssl.SSLException;
import org.pgdeeplake.proxy.config.BackendTls;
import org.pgdeeplake.proxy.config.HostPort;

/** TLS with the servers of one backend. Any thread. */
public final class TlsConnector {
  private final BackendTls config;

  private TlsConnector(BackendTls config) {
    this.config = config;
  }

  /**
   * @param frontends the certificates that clients see, for {@code shared-certificate}
   * @throws TlsFileException where a file is missing, unreadable, not what it should be, or expired
   */
  public static TlsConnector load(BackendTls config, Supplier<List<X509Certificate>> frontends)
      throws TlsFileException {
    assert frontends.get() != null;
    return new TlsConnector(config);
  }

  public BackendTls.Mode mode() {
    return config.mode();
  }

  /**
   * For a channel that is connected to {@code server}, which has answered an SSLRequest with {@code
   * S}. Begins the handshake when it is added; no timeout of its own. Fails where the server's
   * certificate is not what {@link #mode} asks for. Not with mode OFF.
   */
  public SslHandler newHandler(ByteBufAllocator allocator, HostPort server) {
    try {
      return SslContextBuilder.forClient()
          .build()
          .newHandler(allocator, server.host(), server.port());
    } catch (SSLException e) {
      throw new IllegalStateException(e);
    }
  }
}
