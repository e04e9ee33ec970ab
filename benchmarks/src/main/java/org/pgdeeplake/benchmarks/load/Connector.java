package org.pgdeeplake.benchmarks.load;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.OpenSslContextOption;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import java.util.concurrent.atomic.LongAdder;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * Opens sessions at one address.
 *
 * @param tls direct TLS with ALPN postgresql; null: plain text
 * @param resume whether a TLS session may be resumed
 * @param bytes counts what is received in all, encrypted
 */
record Connector(
    LoadTransport transport, int port, @Nullable SslContext tls, boolean resume, LongAdder bytes) {

  static SslContext context() throws SSLException {
    return SslContextBuilder.forClient()
        .sslProvider(SslProvider.OPENSSL)
        .trustManager(InsecureTrustManagerFactory.INSTANCE)
        .endpointIdentificationAlgorithm("")
        .protocols("TLSv1.3")
        // What every peer knows. Left to itself the client would exchange keys with ML-KEM, too,
        // but only with peers that know it: more work, and 1,088 bytes more in the answer.
        .option(OpenSslContextOption.GROUPS, new String[] {"x25519"})
        .applicationProtocolConfig(
            new ApplicationProtocolConfig(
                ApplicationProtocolConfig.Protocol.ALPN,
                ApplicationProtocolConfig.SelectorFailureBehavior.NO_ADVERTISE,
                ApplicationProtocolConfig.SelectedListenerFailureBehavior.ACCEPT,
                "postgresql"))
        .build();
  }

  void connect(ClientSession.Owner owner) {
    SslContext context = tls;
    ClientSession session = new ClientSession(owner, context != null);
    var _ =
        transport
            .client(pipeline -> {
              if (context != null) {
                pipeline.addLast(new Received(bytes), handler(context, pipeline.channel()));
              }
              pipeline.addLast(session);
            })
            .connect("127.0.0.1", port)
            .addListener(done -> {
              if (!done.isSuccess()) {
                session.lost(String.valueOf(done.cause()));
              }
            });
  }

  /** It finds the sessions that it can resume by the name of the server; without one, none. */
  private SslHandler handler(SslContext context, Channel channel) {
    return resume
        ? context.newHandler(channel.alloc(), "127.0.0.1", port)
        : context.newHandler(channel.alloc());
  }

  /** A resumed handshake has no certificate, which shows in its length. */
  private static final class Received extends ChannelInboundHandlerAdapter {
    private final LongAdder bytes;

    Received(LongAdder bytes) {
      this.bytes = bytes;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object read) {
      bytes.add(((ByteBuf) read).readableBytes());
      ctx.fireChannelRead(read);
    }
  }
}
