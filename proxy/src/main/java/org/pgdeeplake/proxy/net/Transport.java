package org.pgdeeplake.proxy.net;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import org.pgdeeplake.proxy.config.ProxyConfig.TransportChoice;

/**
 * The kernel interface that moves the bytes, and the channel types that go with it.
 *
 * @param name as it shows in the log
 */
public record Transport(
    String name,
    IoHandlerFactory io,
    Class<? extends ServerSocketChannel> serverSocket,
    Class<? extends SocketChannel> socket,
    Class<? extends DatagramChannel> datagram) {

  /**
   * @throws IllegalStateException where epoll was asked for and does not work here; the message is
   *     for the user
   */
  public static Transport select(TransportChoice choice) {
    return switch (choice) {
      case NIO -> nio();
      case AUTO -> Epoll.isAvailable() && HalfClosedChannel.supported() ? epoll() : nio();
      case EPOLL -> {
        if (!Epoll.isAvailable()) {
          throw new IllegalStateException(
              "transport = epoll does not work here: " + rootMessage(Epoll.unavailabilityCause()));
        }
        yield epoll();
      }
    };
  }

  /** Event loops named {@code name-1}, {@code name-2}, …; they do not keep the process alive. */
  public EventLoopGroup loops(String name, int threads) {
    return new MultiThreadIoEventLoopGroup(threads, new DefaultThreadFactory(name, true), io);
  }

  private static Transport epoll() {
    return new Transport(
        "epoll",
        EpollIoHandler.newFactory(),
        EpollServerSocketChannel.class,
        EpollSocketChannel.class,
        EpollDatagramChannel.class);
  }

  private static Transport nio() {
    return new Transport(
        "nio",
        NioIoHandler.newFactory(),
        NioServerSocketChannel.class,
        NioSocketChannel.class,
        NioDatagramChannel.class);
  }

  private static String rootMessage(Throwable cause) {
    Throwable at = cause;
    while (at.getCause() != null) {
      at = at.getCause();
    }
    return String.valueOf(at.getMessage());
  }
}
