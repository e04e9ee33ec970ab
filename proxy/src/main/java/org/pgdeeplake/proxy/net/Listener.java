package org.pgdeeplake.proxy.net;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.UnresolvedAddressException;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.proxy.config.HostPort;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An open address. From its binding on the kernel holds who comes; they are accepted as soon as
 * somebody takes them. Any thread; {@link #bind} and {@link #close} block and are not for event
 * loops.
 */
public final class Listener implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Listener.class);
  private static final long QUIET_MILLIS = 50;
  private static final int MAX_ROUNDS = 30;

  private final HostPort bind;
  private final Channel channel;
  private final Accepted accepted;
  private final Connections connections;
  private final Errors errors = new Errors();

  private Listener(HostPort bind, Channel channel, Accepted accepted, Connections connections) {
    this.bind = bind;
    this.channel = channel;
    this.accepted = accepted;
    this.connections = connections;
    // Behind Netty's own handler, which pauses for a second on such an error.
    var _ = channel.pipeline().addLast(errors);
  }

  /**
   * For short connections of operators.
   *
   * @throws IOException with the system's reason, where the address cannot be bound
   */
  public static Listener bind(HostPort bind, EventLoopGroup loops, Transport transport)
      throws IOException {
    return bind(
        bind,
        new ServerBootstrap()
            .group(loops)
            .channel(transport.serverSocket())
            .option(ChannelOption.SO_REUSEADDR, true)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childOption(ChannelOption.SO_KEEPALIVE, true));
  }

  /**
   * @param bootstrap but for its handlers
   * @throws IOException with the system's reason, where the address cannot be bound
   */
  public static Listener bind(HostPort bind, ServerBootstrap bootstrap) throws IOException {
    InetSocketAddress address = new InetSocketAddress(bind.host(), bind.port());
    if (address.isUnresolved()) {
      throw new IOException("the name cannot be resolved");
    }
    Accepted accepted = new Accepted();
    Connections connections = new Connections();
    var binding =
        bootstrap
            .option(ChannelOption.AUTO_READ, false)
            .handler(accepted)
            .childHandler(connections)
            .bind(address)
            .awaitUninterruptibly();
    if (!binding.isSuccess()) {
      throw new IOException(reason(binding.cause()), binding.cause());
    }
    return new Listener(bind, binding.channel(), accepted, connections);
  }

  /** What was asked for. */
  public HostPort bind() {
    return bind;
  }

  /** With the port that the system chose if the configuration left it open. */
  public InetSocketAddress address() {
    return (InetSocketAddress) channel.localAddress();
  }

  /** The bound address, for people. */
  @Override
  public String toString() {
    return new HostPort(address().getHostString(), address().getPort()).toString();
  }

  public boolean open() {
    return channel.isOpen();
  }

  /** The same, and everybody is let in. */
  public void accept(String who, Consumer<Channel> taker) {
    accept(who, connection -> true, taker);
  }

  /**
   * From now on accepts.
   *
   * @param who takes them, for the log
   * @param gate who is let in; the others are closed at once. Called on the listener's event loop,
   *     before a connection is handed to its own, which may be behind: there many could be too many
   * @param taker of every new connection, in place of the last one; called on its event loop
   */
  public void accept(String who, Predicate<Channel> gate, Consumer<Channel> taker) {
    errors.who = who;
    accepted.gate = gate;
    connections.taker = taker;
    channel.config().setAutoRead(true);
  }

  @Override
  public void close() {
    var _ = channel.close().awaitUninterruptibly();
  }

  /**
   * Closes soon: first takes whom the kernel has connected already, as closing would reset them.
   * Only one that comes in the instant between the last look and the end is reset.
   */
  public void retire() {
    closeWhenQuiet(-1, MAX_ROUNDS);
  }

  /** Blocks until it is closed, or for {@code limit}. */
  public void awaitClosed(Duration limit) {
    channel.closeFuture().awaitUninterruptibly(limit.toMillis());
  }

  private void closeWhenQuiet(long acceptedBefore, int rounds) {
    var _ =
        channel
            .eventLoop()
            .schedule(
                () -> {
                  long now = accepted.count;
                  if (now == acceptedBefore || rounds == 0) {
                    var _ = channel.close();
                  } else {
                    closeWhenQuiet(now, rounds - 1);
                  }
                },
                QUIET_MILLIS,
                TimeUnit.MILLISECONDS);
  }

  /** Without the system call's name, which epoll puts in front. */
  private static String reason(Throwable cause) {
    if (cause instanceof UnresolvedAddressException) {
      return "the name cannot be resolved";
    }
    String message = String.valueOf(cause.getMessage());
    int colon = message.lastIndexOf(": ");
    return colon < 0 ? message : message.substring(colon + 2);
  }

  /** Counts. Confined to the listening channel's loop, but for its gate. */
  private static final class Accepted extends ChannelInboundHandlerAdapter {
    private volatile Predicate<Channel> gate = connection -> true;
    private long count;

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object connection) {
      count++;
      Channel accepted = (Channel) connection;
      boolean letIn = false;
      try {
        letIn = gate.test(accepted);
      } finally {
        if (!letIn) {
          // It is on no loop yet: nobody else would.
          accepted.unsafe().closeForcibly();
        }
      }
      if (letIn) {
        ctx.fireChannelRead(connection);
      }
    }
  }

  /** Says why connections cannot be accepted, such as too many open files. */
  private static final class Errors extends ChannelInboundHandlerAdapter {
    private volatile String who = "";

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      log.error("{} cannot accept connections: {}", who, cause.getMessage());
    }
  }

  private static final class Connections extends ChannelInitializer<Channel> {
    private volatile @Nullable Consumer<Channel> taker;

    @Override
    protected void initChannel(Channel connection) {
      Objects.requireNonNull(taker, "accepts already").accept(connection);
    }
  }
}
