package org.pgdeeplake.proxy.tls;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/** A server on a real socket that does handshakes and echoes what comes then; and clients of it. */
final class TlsServer implements AutoCloseable {
  private static final long LIMIT_SECONDS = 10;

  private final EventLoopGroup loops =
      new MultiThreadIoEventLoopGroup(2, NioIoHandler.newFactory());
  private final List<Channel> clients = new ArrayList<>();
  private final List<Channel> accepted = new CopyOnWriteArrayList<>();
  private final Channel listener;

  /** One entry for each handshake event of the server's side. */
  final BlockingQueue<SslHandshakeCompletionEvent> handshakes = new LinkedBlockingQueue<>();

  TlsServer(Supplier<? extends ChannelHandler> handler) {
    listener =
        new ServerBootstrap()
            .group(loops)
            .channel(NioServerSocketChannel.class)
            .childHandler(
                new ChannelInitializer<>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    accepted.add(channel);
                    channel.pipeline().addLast(handler.get(), new Echo());
                  }
                })
            .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .syncUninterruptibly()
            .channel();
  }

  int port() {
    return ((InetSocketAddress) listener.localAddress()).getPort();
  }

  /** A client whose handshake has ended, well or not. */
  Client connect(Function<ByteBufAllocator, SslHandler> handler) {
    Client client = new Client();
    Channel connection =
        new Bootstrap()
            .group(loops)
            .channel(NioSocketChannel.class)
            .handler(
                new ChannelInitializer<>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    SslHandler tls = handler.apply(channel.alloc());
                    client.tls = tls;
                    channel.pipeline().addLast(tls, client);
                  }
                })
            .connect(listener.localAddress())
            .syncUninterruptibly()
            .channel();
    clients.add(connection);
    client.channel = connection;
    SslHandshakeCompletionEvent event = take(client.handshake);
    client.failure = event.isSuccess() ? null : event.cause();
    return client;
  }

  /** How the server's side saw it. */
  SslHandshakeCompletionEvent handshake() {
    return take(handshakes);
  }

  private static <T> T take(BlockingQueue<T> queue) {
    try {
      T item = queue.poll(LIMIT_SECONDS, TimeUnit.SECONDS);
      if (item == null) {
        throw new AssertionError("nothing within " + LIMIT_SECONDS + " s");
      }
      return item;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  @Override
  public void close() {
    clients.forEach(client -> client.close().awaitUninterruptibly());
    accepted.forEach(channel -> channel.close().awaitUninterruptibly());
    listener.close().awaitUninterruptibly();
    loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly();
  }

  /** The client's end. */
  static final class Client extends ChannelInboundHandlerAdapter {
    private final BlockingQueue<SslHandshakeCompletionEvent> handshake =
        new LinkedBlockingQueue<>();
    private final BlockingQueue<Byte> echoed = new LinkedBlockingQueue<>();
    private @Nullable SslHandler tls;
    private @Nullable Channel channel;

    /** Null where the handshake succeeded, as far as the client knows. */
    @Nullable Throwable failure;

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
      if (event instanceof SslHandshakeCompletionEvent done) {
        handshake.add(done);
      }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      ByteBuf in = (ByteBuf) message;
      while (in.isReadable()) {
        echoed.add(in.readByte());
      }
      in.release();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      // The event has told it.
    }

    /** Sends a byte and waits for it to come back, and with it for the session's ticket. */
    void echo() {
      Channel open = Objects.requireNonNull(channel);
      var _ = open.writeAndFlush(open.alloc().buffer(1).writeByte(7));
      take(echoed);
    }

    void close() {
      Objects.requireNonNull(channel).close().awaitUninterruptibly();
    }

    /** Asks for it and waits for what comes of it. */
    boolean renegotiates() throws InterruptedException {
      return Objects.requireNonNull(tls).renegotiate().await().isSuccess();
    }

    SSLSession session() {
      return Objects.requireNonNull(tls).engine().getSession();
    }

    /** What the server showed. */
    X509Certificate shown() throws SSLPeerUnverifiedException {
      return (X509Certificate) session().getPeerCertificates()[0];
    }
  }

  private final class Echo extends ChannelInboundHandlerAdapter {
    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
      if (event instanceof SslHandshakeCompletionEvent done) {
        handshakes.add(done);
      }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      var _ = ctx.writeAndFlush(message);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      // The event has told it.
    }
  }
}
