package org.pgdeeplake.proxy.support;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.ReferenceCountUtil;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Connections by the hundred, on one event loop: each says its words, at once or a byte at a time,
 * and listens until it is closed. Any thread.
 */
public final class Strangers implements AutoCloseable {
  private final EventLoopGroup loop = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
  private final List<Stranger> all = new CopyOnWriteArrayList<>();

  /** One connection. */
  public static final class Stranger extends ChannelInboundHandlerAdapter {
    private final String name;
    private final byte[] words;

    /** Between two bytes; zero: all at once. */
    private final Duration pace;

    private int said;
    private volatile long began;
    private volatile @Nullable Duration ended;
    private volatile @Nullable Channel channel;

    private Stranger(String name, byte[] words, Duration pace) {
      this.name = name;
      this.words = words;
      this.pace = pace;
    }

    public String name() {
      return name;
    }

    /** From the connection to its end by the other side; null: it goes on. */
    public @Nullable Duration ended() {
      return ended;
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
      began = System.nanoTime();
      channel = ctx.channel();
      if (pace.isZero()) {
        var _ = ctx.writeAndFlush(Unpooled.wrappedBuffer(words));
      } else {
        say(ctx);
      }
    }

    /** After its last word it begins anew. */
    private void say(ChannelHandlerContext ctx) {
      if (ctx.channel().isActive()) {
        var _ = ctx.writeAndFlush(Unpooled.buffer(1).writeByte(words[said++ % words.length]));
        var _ = ctx.executor().schedule(() -> say(ctx), pace.toNanos(), TimeUnit.NANOSECONDS);
      }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      ReferenceCountUtil.release(message);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
      ended = Duration.ofNanos(System.nanoTime() - began);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable reset) {
      var _ = ctx.close();
    }

    @Override
    public String toString() {
      return name + (ended == null ? " goes on" : " ended after " + ended);
    }
  }

  /**
   * One more connects.
   *
   * @param name for messages of the test
   * @param from an address of this machine
   * @param pace between two bytes, over and over; zero: all at once, and once
   */
  public Stranger come(
      String name, InetSocketAddress to, String from, byte[] words, Duration pace) {
    Stranger stranger = new Stranger(name, words, pace);
    all.add(stranger);
    new Bootstrap()
        .group(loop)
        .channel(NioSocketChannel.class)
        .option(ChannelOption.TCP_NODELAY, true)
        .handler(
            new ChannelInitializer<Channel>() {
              @Override
              protected void initChannel(Channel made) {
                made.pipeline().addLast(stranger);
              }
            })
        .connect(to, new InetSocketAddress(from, 0))
        .syncUninterruptibly();
    return stranger;
  }

  /** All that have come so far. */
  public List<Stranger> all() {
    return List.copyOf(all);
  }

  /** They have had enough. */
  public void leave() {
    for (Stranger stranger : all) {
      Channel channel = stranger.channel;
      if (channel != null) {
        var _ = channel.close();
      }
    }
  }

  @Override
  public void close() {
    leave();
    loop.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
  }
}
