package org.pgdeeplake.benchmarks.load;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.util.function.Consumer;

/** Epoll where it works. */
record LoadTransport(
    EventLoopGroup group,
    Class<? extends SocketChannel> socket,
    Class<? extends ServerChannel> serverSocket) {
  static LoadTransport open(int threads) {
    boolean epoll = Epoll.isAvailable();
    IoHandlerFactory factory = epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
    return new LoadTransport(
        new MultiThreadIoEventLoopGroup(threads, factory),
        epoll ? EpollSocketChannel.class : NioSocketChannel.class,
        epoll ? EpollServerSocketChannel.class : NioServerSocketChannel.class);
  }

  /**
   * For clients.
   *
   * @param handlers adds those of one connection
   */
  Bootstrap client(Consumer<ChannelPipeline> handlers) {
    return new Bootstrap()
        .group(group)
        .channel(socket)
        .option(ChannelOption.TCP_NODELAY, true)
        .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, 30_000)
        .handler(
            new ChannelInitializer<Channel>() {
              @Override
              protected void initChannel(Channel channel) {
                handlers.accept(channel.pipeline());
              }
            });
  }
}
