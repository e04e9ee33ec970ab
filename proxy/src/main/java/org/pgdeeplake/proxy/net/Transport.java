package org.pgdeeplake.proxy.net;

import io.netty.channel.ChannelException;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.channel.uring.IoUringDatagramChannel;
import io.netty.channel.uring.IoUringIoHandler;
import io.netty.channel.uring.IoUringServerSocketChannel;
import io.netty.channel.uring.IoUringSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.proxy.config.ProxyConfig.TransportChoice;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The kernel interface that moves the bytes, and the channel types that go with it.
 *
 * @param name as it shows in the log and in the configuration
 */
public record Transport(
    String name,
    IoHandlerFactory io,
    Class<? extends ServerSocketChannel> serverSocket,
    Class<? extends SocketChannel> socket,
    Function<InetAddress, SocketChannel> opening,
    Class<? extends DatagramChannel> datagram) {
  private static final Logger log = LoggerFactory.getLogger(Transport.class);
  private static final String IO_URING = "io_uring";

  /**
   * @throws IllegalStateException where epoll was asked for and does not work here; the message is
   *     for the user
   */
  public static Transport select(TransportChoice choice) {
    return select(choice, KernelSupport.ofThisMachine());
  }

  /**
   * What {@link #select} will want to know, found out meanwhile: Netty loads its library for it.
   */
  public static void lookAhead() {
    Thread.ofPlatform()
        .daemon()
        .name("look-ahead")
        .start(() -> {
          // What is wrong is said when it is asked for.
          var _ = KernelSupport.ofThisMachine().epollLacks();
        });
  }

  static Transport select(TransportChoice choice, KernelSupport kernel) {
    return switch (choice) {
      case NIO -> nio();
      case AUTO -> kernel.epollLacks() == null ? epoll() : nio();
      case EPOLL -> {
        String lacking = kernel.epollLacks();
        if (lacking != null) {
          throw new IllegalStateException("transport = epoll does not work here: " + lacking);
        }
        yield epoll();
      }
      case IO_URING -> ioUringOrNext(kernel);
    };
  }

  /** Whoever asks for io_uring wants speed, and not an outage where a container forbids it. */
  private static Transport ioUringOrNext(KernelSupport kernel) {
    @Nullable String lacking = kernel.ioUringLacks();
    if (lacking == null) {
      return ioUring();
    }
    @Nullable String epollLacks = kernel.epollLacks();
    Transport next = epollLacks == null ? epoll() : nio();
    log.warn(
        "transport = io_uring does not work here, {} takes its place: {}{}",
        next.name(),
        lacking,
        epollLacks == null ? "" : "; epoll: " + epollLacks);
    return next;
  }

  /** Event loops named {@code name-1}, {@code name-2}, …; they do not keep the process alive. */
  public EventLoopGroup loops(String name, int threads) {
    return new MultiThreadIoEventLoopGroup(threads, new DefaultThreadFactory(name, true), io);
  }

  /** The same for channels with {@link SocketSettings}, through which many bytes pass. */
  public EventLoopGroup relayLoops(String name, int threads) {
    return name().equals(IO_URING) ? new RingLoops(name, threads) : loops(name, threads);
  }

  /**
   * A socket for a connection to that address, on no loop yet.
   *
   * @throws ChannelException where the system has none, as without free file descriptors
   */
  public SocketChannel open(InetAddress target) {
    return opening.apply(target);
  }

  private static Transport ioUring() {
    return new Transport(
        IO_URING,
        IoUringIoHandler.newFactory(),
        IoUringServerSocketChannel.class,
        IoUringSocketChannel.class,
        _ -> new IoUringSocketChannel(),
        IoUringDatagramChannel.class);
  }

  private static Transport epoll() {
    return new Transport(
        "epoll",
        InterestList.factory(),
        EpollServerSocketChannel.class,
        EpollSocketChannel.class,
        Transport::openEpoll,
        EpollDatagramChannel.class);
  }

  /** A socket of IPv6 takes both, and is asked and told about it with each address. */
  private static SocketChannel openEpoll(InetAddress target) {
    return new EpollSocketChannel(
        target instanceof Inet4Address ? SocketProtocolFamily.INET : SocketProtocolFamily.INET6);
  }

  private static Transport nio() {
    return new Transport(
        "nio",
        NioIoHandler.newFactory(),
        NioServerSocketChannel.class,
        NioSocketChannel.class,
        _ -> new NioSocketChannel(),
        NioDatagramChannel.class);
  }
}
