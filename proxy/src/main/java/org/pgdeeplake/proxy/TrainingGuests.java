package org.pgdeeplake.proxy;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig.Protocol;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.pgdeeplake.proxy.net.Transport;
import org.pgdeeplake.proxy.tls.TlsProvider;

/**
 * Clients of a training that speak TLS with the proxy, every second one with a full handshake: they
 * come, are let in, and leave, again and again.
 */
final class TrainingGuests {
  private static final int AT_ONCE = 4;
  private static final int LIMIT_SECONDS = 10;

  private final InetSocketAddress frontend;
  private final Bootstrap bootstrap;
  private final SslContext tls;
  private final long endNanos;
  private final AtomicInteger number = new AtomicInteger();
  private final AtomicInteger served = new AtomicInteger();
  private final CountDownLatch gone = new CountDownLatch(AT_ONCE);

  private TrainingGuests(
      InetSocketAddress frontend, EventLoopGroup loops, Transport transport, Duration length)
      throws IOException {
    this.frontend = frontend;
    this.endNanos = System.nanoTime() + length.toNanos();
    this.tls =
        SslContextBuilder.forClient()
            .sslProvider(
                TlsProvider.best() == TlsProvider.OPENSSL ? SslProvider.OPENSSL : SslProvider.JDK)
            .trustManager(InsecureTrustManagerFactory.INSTANCE)
            .applicationProtocolConfig(
                new ApplicationProtocolConfig(
                    Protocol.ALPN,
                    SelectorFailureBehavior.NO_ADVERTISE,
                    SelectedListenerFailureBehavior.ACCEPT,
                    "postgresql"))
            .build();
    this.bootstrap =
        new Bootstrap()
            .group(loops)
            .channel(transport.socket())
            .handler(
                new ChannelInitializer<>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    arrive(channel);
                  }
                });
  }

  /**
   * Blocks.
   *
   * @return sessions that came to their end
   * @throws IOException where none did
   */
  static int visit(InetSocketAddress frontend, Transport transport, Duration length)
      throws IOException, InterruptedException {
    EventLoopGroup loops = transport.loops("training-guests", 1);
    try {
      TrainingGuests guests = new TrainingGuests(frontend, loops, transport, length);
      for (int i = 0; i < AT_ONCE; i++) {
        guests.next();
      }
      var _ = guests.gone.await(length.toSeconds() + LIMIT_SECONDS, TimeUnit.SECONDS);
      if (guests.served.get() == 0) {
        throw new IOException("no session with TLS");
      }
      return guests.served.get();
    } finally {
      loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
    }
  }

  private void next() {
    if (System.nanoTime() > endNanos) {
      gone.countDown();
      return;
    }
    bootstrap
        .connect(frontend)
        .addListener(connected -> {
          if (!connected.isSuccess()) {
            gone.countDown();
          }
        });
  }

  private void arrive(Channel channel) {
    // A session is remembered, to be resumed, by the peer's name and port.
    boolean full = number.getAndIncrement() % 2 == 0;
    channel
        .pipeline()
        .addLast(
            full
                ? tls.newHandler(channel.alloc())
                : tls.newHandler(channel.alloc(), "localhost", frontend.getPort()),
            new Guest());
  }

  private final class Guest extends ChannelInboundHandlerAdapter {
    @Override
    public void channelActive(ChannelHandlerContext ctx) {
      say(ctx, TrainingServer.STARTUP);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      ByteBuf chunk = (ByteBuf) message;
      boolean ready = chunk.getByte(chunk.writerIndex() - 1) == 'I';
      chunk.release();
      if (ready) {
        served.incrementAndGet();
        say(ctx, TrainingServer.TERMINATE);
        var _ = ctx.close();
      }
    }

    private static void say(ChannelHandlerContext ctx, byte[] words) {
      var _ = ctx.writeAndFlush(Unpooled.wrappedBuffer(words), ctx.voidPromise());
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
      next();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      var _ = ctx.close();
    }
  }
}
