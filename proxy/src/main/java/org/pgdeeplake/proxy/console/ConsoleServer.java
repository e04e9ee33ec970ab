package org.pgdeeplake.proxy.console;

import io.netty.channel.Channel;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.net.InetSocketAddress;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.proxy.config.Credentials;
import org.pgdeeplake.proxy.metrics.Metrics;
import org.pgdeeplake.proxy.net.Listener;
import org.pgdeeplake.proxy.operation.Operations;

/**
 * A console for DBAs, in PostgreSQL's protocol and PgBouncer's words. {@link #close} blocks for a
 * moment, {@link #listen} computes for some milliseconds: neither is for event loops.
 */
public final class ConsoleServer implements AutoCloseable {
  /** At once, with as many who may not stay. */
  public static final int MOST_CONNECTIONS = 2 * Limits.DEFAULT.connections();

  /** For last words. */
  private static final long CLOSE_MILLIS = 1000;

  private final Function<Access, Services> servicesFor;
  private volatile @Nullable Credentials credentials;
  private volatile @Nullable Services services;
  private final Door door;

  /** Once closed, it closes what is still added. */
  private final ChannelGroup connections =
      new DefaultChannelGroup(GlobalEventExecutor.INSTANCE, true);

  private volatile @Nullable Listener listener;

  public ConsoleServer(Operations operations, Metrics metrics) {
    this(operations, metrics, Limits.DEFAULT);
  }

  ConsoleServer(Operations operations, Metrics metrics, Limits limits) {
    Dialogues dialogues = new Dialogues();
    Catalog catalog = new Catalog(operations, limits.command());
    this.servicesFor = access -> new Services(access, dialogues, catalog, limits, metrics);
    this.door = new Door(limits);
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
      services = servicesFor.apply(new Access(wanted));
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
    connections.add(channel);
    channel
        .pipeline()
        .addLast(new InboundDecoder())
        .addLast(
            new Connection(Objects.requireNonNull(services, "it listens"), door.enter(channel)));
  }
}
