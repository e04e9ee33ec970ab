package org.pgdeeplake.proxy.admin;

import io.netty.channel.Channel;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.handler.codec.http.HttpObjectAggregator;
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
import org.pgdeeplake.proxy.operation.Operations;
import org.pgdeeplake.proxy.stats.History;

/**
 * HTTP for operators, probes, Prometheus and whatever starts instances. {@link #close} blocks for a
 * moment and is not for event loops.
 */
public final class AdminServer implements AutoCloseable {
  /** Time for streams to take their last chunk. */
  private static final long CLOSE_MILLIS = 1000;

  private final EventLoopGroup loops;
  private final Operations operations;
  private final History history = new History();
  private final DemandReport report;
  private final Routes routes;
  private final Gate gate;
  private final Limits limits;

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
      EventLoopGroup loops, Metrics metrics, Operations operations, BooleanSupplier ready) {
    this(loops, metrics, operations, ready, Limits.DEFAULT);
  }

  AdminServer(
      EventLoopGroup loops,
      Metrics metrics,
      Operations operations,
      BooleanSupplier ready,
      Limits limits) {
    this.loops = loops;
    this.operations = operations;
    this.report = new DemandReport(operations.demand(), () -> operations.topology().backends());
    this.routes =
        new Routes(metrics, report, operations, new StatsRoutes(operations, history, ready), ready);
    this.gate =
        new Gate(
            () -> operations.topology().config().admin().stats(),
            new FailedLogins(System::nanoTime));
    this.limits = limits;
  }

  /** From now on accepts here; connections that were made elsewhere go on. */
  public void listen(Listener on) {
    listener = on;
    on.accept("admin", this::accept);
    if (sampling == null) {
      sampling = loops.next().scheduleAtFixedRate(this::sample, 0, 1, TimeUnit.SECONDS);
    }
  }

  private void sample() {
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
    return new AdminConnection(routes, gate, report, limits);
  }

  Routes routes() {
    return routes;
  }

  private void accept(Channel connection) {
    if (connections.size() >= limits.connections()) {
      var _ = connection.close();
      return;
    }
    connections.add(connection);
    connection
        .pipeline()
        .addLast(new HttpServerCodec())
        .addLast(new HttpServerKeepAliveHandler())
        .addLast(new HttpObjectAggregator(Limits.REQUEST_BODY_BYTES, true))
        .addLast(connection());
  }
}
