package org.pgdeeplake.proxy.console;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.proxy.config.ConsoleConfig;
import org.pgdeeplake.proxy.config.Credentials;
import org.pgdeeplake.proxy.config.HostPort;
import org.pgdeeplake.proxy.net.Listener;
import org.pgdeeplake.proxy.net.Transport;
import org.pgdeeplake.proxy.operation.Operations;

/**
 * A console for DBAs, in PostgreSQL's protocol and PgBouncer's words. {@link #start} and {@link
 * #close} block for a moment, the constructor computes for some milliseconds: none is for event
 * loops.
 */
public final class ConsoleServer implements AutoCloseable {
  /** For last words. */
  private static final long CLOSE_MILLIS = 1000;

  private final HostPort bind;
  private final Transport transport;
  private final EventLoopGroup loops;
  private volatile Credentials credentials;
  private volatile Access access;
  private final Catalog catalog;
  private final Limits limits;
  private final Dialogues dialogues = new Dialogues();

  /** Once closed, it closes what is still added. */
  private final ChannelGroup connections =
      new DefaultChannelGroup(GlobalEventExecutor.INSTANCE, true);

  private volatile @Nullable Listener listener;

  /**
   * @param loops answers are made there
   */
  public ConsoleServer(
      ConsoleConfig config, Transport transport, EventLoopGroup loops, Operations operations) {
    this(config, transport, loops, operations, Limits.DEFAULT);
  }

  ConsoleServer(
      ConsoleConfig config,
      Transport transport,
      EventLoopGroup loops,
      Operations operations,
      Limits limits) {
    this.bind = config.bind();
    this.transport = transport;
    this.loops = loops;
    this.credentials = config.credentials();
    this.access = new Access(credentials);
    this.catalog = new Catalog(operations, limits.command());
    this.limits = limits;
  }

  /**
   * @throws BindException with a message for the user
   */
  public void start() throws BindException {
    try {
      listen(bind(bind, loops, transport), credentials);
    } catch (IOException e) {
      BindException refused =
          new BindException(
              "cannot listen on %s (console): %s; set proxy.console.bind to a free address, or to \"\""
                  .formatted(bind, e.getMessage()));
      refused.initCause(e);
      throw refused;
    }
  }

  /**
   * An address for this server. Blocks until it is bound.
   *
   * @throws IOException with the system's reason, where it cannot be bound
   */
  public static Listener bind(HostPort bind, EventLoopGroup loops, Transport transport)
      throws IOException {
    return Listener.bind(
        bind,
        new ServerBootstrap()
            .group(loops)
            .channel(transport.serverSocket())
            .option(ChannelOption.SO_REUSEADDR, true)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childOption(ChannelOption.SO_KEEPALIVE, true));
  }

  /**
   * From now on accepts here; connections that were made elsewhere go on. Computes for some
   * milliseconds where the credentials are others.
   *
   * @param wanted of whoever logs in from now on
   */
  public void listen(Listener on, Credentials wanted) {
    if (!wanted.equals(credentials)) {
      credentials = wanted;
      access = new Access(wanted);
    }
    listener = on;
    on.accept("console", this::accept);
  }

  /** Where it listens. */
  public InetSocketAddress address() {
    return Objects.requireNonNull(listener, "not started").address();
  }

  /** Takes nobody any more; those who are there hear 57P01. */
  @Override
  public void close() {
    Listener last = listener;
    if (last != null) {
      last.close();
    }
    connections.forEach(
        connection -> connection.pipeline().fireUserEventTriggered(Connection.CLOSE));
    connections.newCloseFuture().awaitUninterruptibly(CLOSE_MILLIS, TimeUnit.MILLISECONDS);
    connections.close().awaitUninterruptibly();
  }

  private void accept(Channel channel) {
    if (connections.size() >= limits.connections()) {
      var _ = channel.close();
      return;
    }
    connections.add(channel);
    channel
        .pipeline()
        .addLast(new InboundDecoder())
        .addLast(new Connection(access, dialogues, catalog, limits));
  }
}
