package org.pgdeeplake.proxy.console;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.proxy.config.ConsoleConfig;
import org.pgdeeplake.proxy.config.HostPort;
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
  private final Access access;
  private final Catalog catalog;
  private final Limits limits;
  private final Dialogues dialogues = new Dialogues();

  /** Once closed, it closes what is still added. */
  private final ChannelGroup connections =
      new DefaultChannelGroup(GlobalEventExecutor.INSTANCE, true);

  private @Nullable Channel listening;

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
    this.access = new Access(config.credentials());
    this.catalog = new Catalog(operations, limits.command());
    this.limits = limits;
  }

  /**
   * @throws BindException with a message for the user
   */
  public void start() throws BindException {
    InetSocketAddress address = new InetSocketAddress(bind.host(), bind.port());
    if (address.isUnresolved()) {
      throw cannotListen("the name has no address");
    }
    ChannelFuture bound =
        new ServerBootstrap()
            .group(loops)
            .channel(transport.serverSocket())
            .option(ChannelOption.SO_REUSEADDR, true)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childOption(ChannelOption.SO_KEEPALIVE, true)
            .childHandler(new Connections())
            .bind(address)
            .awaitUninterruptibly();
    if (!bound.isSuccess()) {
      throw cannotListen(reason(bound.cause()));
    }
    listening = bound.channel();
  }

  /** Where it listens. */
  public InetSocketAddress address() {
    return (InetSocketAddress) Objects.requireNonNull(listening, "not started").localAddress();
  }

  /** Takes nobody any more; those who are there hear 57P01. */
  @Override
  public void close() {
    if (listening != null) {
      listening.close().awaitUninterruptibly();
    }
    connections.forEach(
        connection -> connection.pipeline().fireUserEventTriggered(Connection.CLOSE));
    connections.newCloseFuture().awaitUninterruptibly(CLOSE_MILLIS, TimeUnit.MILLISECONDS);
    connections.close().awaitUninterruptibly();
  }

  private BindException cannotListen(String reason) {
    return new BindException(
        "cannot listen on %s (console): %s; set proxy.console.bind to a free address, or to \"\""
            .formatted(bind, reason));
  }

  /** Without the system call's name, which epoll puts in front. */
  private static String reason(Throwable cause) {
    String message = String.valueOf(cause.getMessage());
    return message.substring(message.lastIndexOf(": ") + 1).strip();
  }

  private final class Connections extends ChannelInitializer<Channel> {
    @Override
    protected void initChannel(Channel channel) {
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
}
