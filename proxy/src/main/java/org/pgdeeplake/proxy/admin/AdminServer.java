package org.pgdeeplake.proxy.admin;

import io.netty.channel.Channel;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpServerKeepAliveHandler;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.proxy.backend.Backend;
import org.pgdeeplake.proxy.metrics.Metrics;
import org.pgdeeplake.proxy.net.Listener;
import org.pgdeeplake.proxy.net.Places;
import org.pgdeeplake.proxy.operation.Operations;
import org.pgdeeplake.proxy.peers.Peers;
import org.pgdeeplake.proxy.stats.History;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * HTTP for operators, probes, Prometheus and whatever starts instances. {@link #close} blocks for a
 * moment and is not for event loops.
 */
public final class AdminServer implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(AdminServer.class);

  /** At once, with the brief ones of this machine and of others. */
  public static final int MOST_CONNECTIONS =
      Limits.DEFAULT.connections().all() + 2 * Limits.DEFAULT.brief().all();

  /** Time for streams to take their last chunk. */
  private static final long CLOSE_MILLIS = 1000;

  private final EventLoopGroup loops;
  private final Operations operations;
  private final History history = new History();
  private final AdminConnection.Services services;
  private final Entrance entrance;

  /** Once closed, it closes what is still added. */
  private final ChannelGroup connections =
      new DefaultChannelGroup(GlobalEventExecutor.INSTANCE, true);

  private volatile @Nullable Listener listener;
  private volatile @Nullable Future<?> sampling;

  /**
   * @param loops answers are made there; a scrape takes milliseconds with many servers
   * @param ready every frontend listens, and the proxy is not shutting down
   */
  public AdminServer(
      EventLoopGroup loops,
      Metrics metrics,
      Operations operations,
      Peers peers,
      BooleanSupplier ready) {
    this(loops, metrics, operations, peers, ready, Limits.DEFAULT);
  }

  AdminServer(
      EventLoopGroup loops,
      Metrics metrics,
      Operations operations,
      Peers peers,
      BooleanSupplier ready,
      Limits limits) {
    this.loops = loops;
    this.operations = operations;
    FailedLogins failures = new FailedLogins(System::nanoTime);
    metrics.registerFailedLogins(failures::total);
    DemandReport report =
        new DemandReport(operations.demand(), () -> operations.topology().backends());
    this.services =
        new AdminConnection.Services(
            new Routes(
                metrics,
                report,
                operations,
                new StatsRoutes(operations, history, ready),
                new PeerRoutes(peers),
                ready),
            new Gate(() -> operations.topology().config().admin().stats(), failures, peers.door()),
            limits,
            new Places(limits.streams()));
    this.entrance = new Entrance(limits);
  }

  /** From now on accepts here; connections that were made elsewhere go on. */
  public void listen(Listener on) {
    listener = on;
    on.accept("admin", this::accept);
    if (sampling == null) {
      sampling = loops.next().scheduleAtFixedRate(this::sample, 0, 1, TimeUnit.SECONDS);
    }
  }

  /** What fails once is tried again: an exception would end the sampling for good. */
  private void sample() {
    try {
      addSample();
    } catch (RuntimeException e) {
      log.error("admin: queue and sessions cannot be read for the chart", e);
    }
  }

  private void addSample() {
    List<Backend> backends = operations.topology().backends();
    history.add(
        new History.Sample(
            backends.stream().mapToInt(Backend::queued).sum(),
            backends.stream().mapToInt(Backend::assigned).sum()));
  }

  /** Where it listens. */
  public InetSocketAddress address() {
    return Objects.requireNonNull(listener, "not started").address();
  }

  /** Takes no more requests and ends every stream with its last chunk. */
  @Override
  public void close() {
    Future<?> last = sampling;
    if (last != null) {
      last.cancel(false);
    }
    Listener lastListener = listener;
    if (lastListener != null) {
      lastListener.close();
    }
    connections.forEach(
        connection -> connection.pipeline().fireUserEventTriggered(AdminConnection.CLOSE));
    connections.newCloseFuture().awaitUninterruptibly(CLOSE_MILLIS, TimeUnit.MILLISECONDS);
    connections.close().awaitUninterruptibly();
  }

  /** The handler of a new connection. */
  AdminConnection connection() {
    return new AdminConnection(services, false);
  }

  Routes routes() {
    return services.routes();
  }

  private void accept(Channel connection) {
    Entrance.Ticket ticket =
        connection.remoteAddress() instanceof InetSocketAddress client
            ? entrance.take(client.getAddress())
            : null;
    if (ticket == null) {
      var _ = connection.close();
      return;
    }
    connections.add(connection);
    var _ = connection.closeFuture().addListener(ended -> ticket.leave().run());
    install(connection.pipeline(), ticket.brief());
  }

  /** What reads and answers a connection. */
  void install(ChannelPipeline pipeline, boolean brief) {
    pipeline
        .addLast(new HttpServerCodec())
        .addLast(new LingeringClose())
        .addLast(new HttpServerKeepAliveHandler())
        .addLast(new WholeRequests())
        .addLast(new AdminConnection(services, brief));
  }
}
