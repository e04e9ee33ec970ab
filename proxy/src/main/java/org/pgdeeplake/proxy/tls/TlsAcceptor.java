package org.pgdeeplake.proxy.tls;

import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.security.cert.X509Certificate;
import java.util.List;
import org.pgdeeplake.proxy.config.FrontendTls;

/** TLS with the clients of one frontend. Any thread. */
public final class TlsAcceptor {
  private final FrontendTls config;

  private TlsAcceptor(FrontendTls config) {
    this.config = config;
  }

  /**
   * @throws TlsFileException where a file is missing, unreadable, not what it should be, or expired
   */
  public static TlsAcceptor load(FrontendTls config) throws TlsFileException {
    return new TlsAcceptor(config);
  }

  /**
   * To be put first into the pipeline of a client's channel: takes the ClientHello, then becomes
   * Netty's SslHandler, whose {@code SslHandshakeCompletionEvent} tells how the handshake ended. No
   * timeout of its own.
   *
   * @param direct whether TLS began without an SSLRequest: ALPN {@code postgresql} is required then
   */
  public ChannelHandler newHandler(boolean direct) {
    if (!direct || config.require()) {
      throw new IllegalStateException("not built yet");
    }
    return new ChannelInboundHandlerAdapter();
  }

  /** What clients see that ask for no name. */
  public X509Certificate certificate() {
    return certificates().getFirst();
  }

  /** The leaf of every certificate that is shown, as it is now. */
  public List<X509Certificate> certificates() {
    return List.of();
  }
}
