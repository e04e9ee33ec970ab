package org.pgdeeplake.proxy.scaler;

import io.grpc.Server;
import io.grpc.ServerInterceptors;
import io.grpc.netty.NettyServerBuilder;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.util.Objects;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import java.util.logging.Level;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.proxy.demand.Demand;
import org.pgdeeplake.proxy.metrics.Metrics;
import org.pgdeeplake.proxy.net.Listener;
import org.pgdeeplake.proxy.net.Transport;
import org.pgdeeplake.proxy.tls.TlsAcceptor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The scaler as it runs: one loop, on which gRPC answers and the number of wanted instances is
 * looked at, each half second and soon after each change of the demand. {@link #listen} and {@link
 * #close} block and are not for event loops.
 */
public final class ScalerServer implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(ScalerServer.class);

  /** At once. */
  public static final int MOST_CONNECTIONS = Connections.MOST;

  /**
   * gRPC logs each connection that speaks something else, with a trace and past our log. Held,
   * since its level would be forgotten with it.
   */
  private static final java.util.logging.Logger GRPC =
      java.util.logging.Logger.getLogger("io.grpc");

  private static final long LOOK_MILLIS = 500;

  /** Looking costs a little for each session, so that not each change is looked at. */
  private static final long SOON_MILLIS = 20;

  private static final int MOST_REQUEST_BYTES = 64 * 1024;
  private static final long CLOSE_SECONDS = 2;

  private final ScalerLoop loops;
  private final EventLoop loop;
  private final Scales scales;
  private final Supplier<@Nullable TlsAcceptor> tls;
  private final Metrics metrics;
  private final ActivityStreams streams = new ActivityStreams();
  private final Connections connections = new Connections();
  private final AtomicBoolean looksSoon = new AtomicBoolean();

  private volatile @Nullable Running running;
  private volatile @Nullable Listener listener;

  /** gRPC, and where it gets its connections. */
  private record Running(Server server, Handover handover) {}

  /**
   * @param tls of new connections; null: plain text
   */
  public ScalerServer(
      Transport transport,
      Demand demand,
      Scales scales,
      Supplier<@Nullable TlsAcceptor> tls,
      Metrics metrics) {
    this.loops = new ScalerLoop(transport.io());
    this.loop = loops.next();
    this.scales = scales;
    this.tls = tls;
    this.metrics = metrics;
    metrics.scaler().register(streams::open, connections::open, scales::wanted);
    demand.onChange(this::lookSoon);
  }

  /** Where its listener is to be bound. */
  public EventLoopGroup loops() {
    return loops;
  }

  /** From now on accepts here; connections that were made elsewhere go on. */
  public synchronized void listen(Listener on) {
    if (running == null) {
      running = start();
    }
    if (listener == null) {
      var _ = loop.scheduleAtFixedRate(this::look, 0, LOOK_MILLIS, TimeUnit.MILLISECONDS);
    }
    listener = on;
    on.accept("scaler", this::accept);
  }

  /** Where it listens. */
  public InetSocketAddress address() {
    return Objects.requireNonNull(listener, "there is none").address();
  }

  private Running start() {
    GRPC.setLevel(Level.WARNING);
    Handover handover = new Handover();
    Server server =
        NettyServerBuilder.forAddress(Handover.ADDRESS)
            .channelFactory(() -> handover)
            .bossEventLoopGroup(loops)
            .workerEventLoopGroup(loops)
            .directExecutor()
            .addService(
                ServerInterceptors.intercept(
                    new ExternalScaler(scales, streams).definition(),
                    new CallCounter(metrics.scaler())))
            .handshakeTimeout(10, TimeUnit.SECONDS)
            .maxConcurrentCallsPerConnection(100)
            .maxInboundMessageSize(MOST_REQUEST_BYTES)
            .maxRstFramesPerWindow(200, 30)
            // KEDA asks for no sign of life: whether it is still there is found out from here.
            .keepAliveTime(30, TimeUnit.SECONDS)
            .keepAliveTimeout(20, TimeUnit.SECONDS)
            .permitKeepAliveTime(10, TimeUnit.SECONDS)
            .permitKeepAliveWithoutCalls(true)
            .maxConnectionIdle(15, TimeUnit.MINUTES)
            .build();
    try {
      return new Running(server.start(), handover);
    } catch (IOException e) {
      // Nothing is bound.
      throw new UncheckedIOException(e);
    }
  }

  private void accept(Channel connection) {
    Running now = running;
    if (now == null || !connections.take(connection)) {
      var _ = connection.close();
      return;
    }
    TlsAcceptor acceptor = tls.get();
    if (acceptor == null) {
      now.handover().take(connection);
    } else {
      connection
          .pipeline()
          .addLast(acceptor.newHandler(true))
          .addLast(new DecryptedFirst(() -> now.handover().take(connection)));
    }
  }

  private void lookSoon() {
    if (running != null && looksSoon.compareAndSet(false, true)) {
      try {
        var _ = loop.schedule(this::lookAgain, SOON_MILLIS, TimeUnit.MILLISECONDS);
      } catch (RejectedExecutionException stopping) {
        // Nobody is left to be told.
      }
    }
  }

  private void lookAgain() {
    // First: what changes from now on is looked at once more.
    looksSoon.set(false);
    look();
  }

  /** What fails once is tried again: an exception would end the looking for good. */
  private void look() {
    try {
      scales.lookAll();
      streams.tell();
      if (!scales.on() && running != null) {
        stop();
      }
    } catch (RuntimeException e) {
      log.error("scaler: the demand cannot be looked at", e);
    }
  }

  /** A reload has switched it off. */
  private void stop() {
    Running last = running;
    running = null;
    streams.end();
    if (last != null) {
      var _ = last.server().shutdown();
    }
  }

  /** Everybody who follows the demand hears that it ends here; questions are answered as before. */
  public void endStreams() {
    execute(streams::end);
  }

  private void execute(Runnable task) {
    try {
      loop.execute(task);
    } catch (RejectedExecutionException stopping) {
      // They have ended.
    }
  }

  /** Ends everything, streams with OK. */
  @Override
  public void close() {
    Listener last = listener;
    if (last != null) {
      last.close();
    }
    Running ending = running;
    execute(this::stop);
    if (ending != null) {
      try {
        if (!ending.server().awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS)) {
          var _ = ending.server().shutdownNow();
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
    loops.shutdownGracefully(0, CLOSE_SECONDS, TimeUnit.SECONDS).awaitUninterruptibly();
  }
}
