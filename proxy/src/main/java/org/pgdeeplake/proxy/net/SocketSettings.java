package org.pgdeeplake.proxy.net;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.socket.SocketChannel;

/** The socket options that both ends of a session have in common. */
public final class SocketSettings {
  /** Connections the kernel holds for us while we accept: a herd of thousands loses no SYN. */
  private static final int ACCEPT_BACKLOG = 4096;

  private static final int MIN_READ_BYTES = BufferMemory.FLOOR_BYTES;
  private static final int FIRST_READ_BYTES = 16 * 1024;
  private static final int FIRST_READ_OF_CLIENT_BYTES = 4 * 1024;

  /** Large buffers halve the cost of bulk data; fixed ones would hurt short queries. */
  private static final int MAX_READ_BYTES = 256 * 1024;

  private static final WriteBufferWaterMark WATER_MARK =
      new WriteBufferWaterMark(64 * 1024, MAX_READ_BYTES);

  private static final RecvByteBufAllocator READS = reads(FIRST_READ_BYTES);

  /** What a client sends ahead of its server's first word is kept: it is not to be much. */
  private static final RecvByteBufAllocator READS_OF_CLIENTS = reads(FIRST_READ_OF_CLIENT_BYTES);

  private SocketSettings() {}

  private static RecvByteBufAllocator reads(int first) {
    return new SharedReads(
        new AdaptiveRecvByteBufAllocator(MIN_READ_BYTES, first, MAX_READ_BYTES)
            .maxMessagesPerRead(1),
        BufferMemory.ofProcess());
  }

  /**
   * @param loop on which the channel will be; it is on none yet
   */
  public static void apply(SocketChannel channel, EventLoop loop) {
    common(channel.config()::setOption);
    RingLoops.apply(loop.parent(), channel.config()::setOption);
  }

  /**
   * @param loops on which the accepted channels will be
   */
  public static void apply(ServerBootstrap bootstrap, EventLoopGroup loops) {
    RingLoops.apply(loops, bootstrap::childOption);
    bootstrap.option(ChannelOption.SO_BACKLOG, ACCEPT_BACKLOG);
    bootstrap.option(ChannelOption.SO_REUSEADDR, true);
    common(bootstrap::childOption);
    bootstrap.childOption(ChannelOption.RECVBUF_ALLOCATOR, READS_OF_CLIENTS);
  }

  private interface Settings {
    <T> void set(ChannelOption<T> option, T value);
  }

  /**
   * TCP_NODELAY is Netty's own default. AUTO_CLOSE is off because a failed write must not throw
   * away what the peer has said before it went: the end of a session comes from the reading side.
   */
  private static void common(Settings settings) {
    settings.set(ChannelOption.SO_KEEPALIVE, true);
    settings.set(ChannelOption.ALLOW_HALF_CLOSURE, true);
    settings.set(ChannelOption.AUTO_CLOSE, false);
    settings.set(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER_MARK);
    settings.set(ChannelOption.RECVBUF_ALLOCATOR, READS);
  }
}
