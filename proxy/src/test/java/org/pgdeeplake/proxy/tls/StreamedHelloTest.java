// Who waits for the turn of its handshake costs no more than what one read brings, whatever it
// sends; and who hangs up meanwhile gives its place in the line away.
package org.pgdeeplake.proxy.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.embedded.EmbeddedChannel;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.pgdeeplake.proxy.config.ProxyConfig.TransportChoice;
import org.pgdeeplake.proxy.net.Transport;

class StreamedHelloTest extends AcceptorStage {
  /** More than the buffers of two sockets hold. */
  private static final int MUCH = 32 * 1024 * 1024;

  /** The largest read of the channels here, Netty's default. */
  private static final int READ = 64 * 1024;

  private final HandshakeTurns one = new HandshakeTurns(Runnable::run, 1);
  private final HandshakeTurns.Turn taken = one.ask(HandshakeTurns.NEVER, new Nobody());
  private final AtomicLong read = new AtomicLong();
  private final CompletableFuture<Channel> accepting = new CompletableFuture<>();

  private static final class Nobody implements HandshakeTurns.Waiter {
    @Override
    public void due() {}

    @Override
    public void late() {}
  }

  private final class Meter extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      read.addAndGet(((ByteBuf) message).readableBytes());
      ctx.fireChannelRead(message);
    }
  }

  private Socket client(TransportChoice choice) throws Exception {
    Transport transport = Transport.select(choice);
    EventLoopGroup loops = transport.loops("streamed-hello", 1);
    open.add(() -> loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly());
    TlsAcceptor acceptor =
        TlsAcceptor.load(
            "f", TlsFiles.frontend(source("s", CA.issue())), TlsProvider.best(), traffic, one);
    open.add(acceptor);
    Channel listener =
        new ServerBootstrap()
            .group(loops)
            .channel(transport.serverSocket())
            .childHandler(
                new ChannelInitializer<>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    channel.pipeline().addLast(new Meter(), acceptor.newHandler(false));
                    accepting.complete(channel);
                  }
                })
            .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .syncUninterruptibly()
            .channel();
    int port = ((InetSocketAddress) listener.localAddress()).getPort();
    Socket client = new Socket(InetAddress.getLoopbackAddress(), port);
    open.add(client);
    client.getOutputStream().write(hello());
    await().until(() -> one.waiting() == 1);
    return client;
  }

  private static byte[] hello() {
    EmbeddedChannel client =
        new EmbeddedChannel(TlsClient.plain().anonymous().apply(ByteBufAllocator.DEFAULT));
    ByteBuf hello = client.readOutbound();
    byte[] bytes = ByteBufUtil.getBytes(hello);
    hello.release();
    client.finishAndReleaseAll();
    return bytes;
  }

  private static void stream(Socket client) {
    Thread.ofVirtual()
        .start(() -> {
          try {
            client.getOutputStream().write(new byte[MUCH]);
          } catch (IOException _) {
            // The end of the test.
          }
        });
  }

  @ParameterizedTest
  @EnumSource(
      value = TransportChoice.class,
      names = {"AUTO", "NIO"})
  void itIsReadNoFurther(TransportChoice choice) throws Exception {
    Socket client = client(choice);
    long hello = read.get();
    stream(client);
    Channel accepted = accepting.get();
    await().until(() -> !accepted.config().isAutoRead());
    assertThat(read.get()).isBetween(hello + 1, hello + READ);
    assertIsWaitedFor(accepted);
    taken.end();
    await("what comes is no handshake").until(() -> !accepted.isOpen());
  }

  /** In line, and read no further. */
  private void assertIsWaitedFor(Channel accepted) throws Exception {
    long then = read.get();
    for (int i = 0; i < 20; i++) {
      accepted.eventLoop().submit(() -> {}).await();
    }
    assertThat(read.get()).isEqualTo(then);
    assertThat(one.waiting()).isOne();
  }

  @ParameterizedTest
  @EnumSource(
      value = TransportChoice.class,
      names = {"AUTO", "NIO"})
  void whoHangsUpIsOutOfTheLine(TransportChoice choice) throws Exception {
    client(choice).shutdownOutput();
    await().until(() -> one.waiting() == 0);
  }

  @Test
  void soIsWhoHasStreamed() throws Exception {
    assumeTrue(Transport.select(TransportChoice.AUTO).name().equals("epoll"));
    Socket client = client(TransportChoice.AUTO);
    client.getOutputStream().write(new byte[10]);
    Channel accepted = accepting.get();
    await().until(() -> !accepted.config().isAutoRead());
    // No more than fits into the kernel's buffer, or the end would not come through.
    client.getOutputStream().write(new byte[READ / 2]);
    assertIsWaitedFor(accepted);
    client.shutdownOutput();
    await().until(() -> one.waiting() == 0);
  }
}
