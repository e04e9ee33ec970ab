package org.pgdeeplake.proxy.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.proxy.backend.AdministrativeState;
import org.pgdeeplake.proxy.backend.Backend;
import org.pgdeeplake.proxy.backend.CancelKeys;
import org.pgdeeplake.proxy.backend.CheckResult;
import org.pgdeeplake.proxy.backend.Lease;
import org.pgdeeplake.proxy.backend.Server;
import org.pgdeeplake.proxy.backend.ServerConnector;
import org.pgdeeplake.proxy.backend.Waiter;
import org.pgdeeplake.proxy.config.BackendConfig;
import org.pgdeeplake.proxy.config.BackendTls;
import org.pgdeeplake.proxy.config.DemandConfig;
import org.pgdeeplake.proxy.config.FrontendConfig;
import org.pgdeeplake.proxy.config.ProxyConfig.TransportChoice;
import org.pgdeeplake.proxy.demand.Demand;
import org.pgdeeplake.proxy.discovery.Resolver;
import org.pgdeeplake.proxy.metrics.Metrics;
import org.pgdeeplake.proxy.net.BufferMemory;
import org.pgdeeplake.proxy.net.SocketSettings;
import org.pgdeeplake.proxy.net.Transport;
import org.pgdeeplake.proxy.support.BackendSettings;
import org.pgdeeplake.proxy.support.TlsTransport;
import org.pgdeeplake.proxy.tls.TlsAcceptor;
import org.pgdeeplake.proxy.tls.TlsConnector;
import org.pgdeeplake.proxy.tls.TlsProvider;
import org.pgdeeplake.proxy.traffic.FrontendTraffic;
import org.pgdeeplake.proxy.traffic.TlsTraffic;

/**
 * Real sessions between real sockets: the test plays the client and the one server, whose health it
 * states itself.
 */
final class Stage implements AutoCloseable {
  /** Bytes that there are for buffers. */
  static final long BUFFERS = 1 << 30;

  /** Bytes that clients may send ahead. */
  static final int HELD = 1 << 20;

  private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();

  private final EventLoopGroup loops;
  private final Resolver resolver;
  private final List<Socket> sockets = new ArrayList<>();
  private final Channel listener;
  private final @Nullable TlsAcceptor tls;
  private final @Nullable TlsConnector serverTls;
  private @Nullable TlsTransport lastClient;

  /** What buffers have of {@link #BUFFERS}. */
  final AtomicLong bufferBytes = new AtomicLong();

  /** What clients have sent ahead, of {@link #HELD}. */
  final HeldMemory held = new HeldMemory(HELD);

  final Sessions sessions = new Sessions(held);
  final PlayedServer server;
  final SessionServices services;
  final Metrics metrics = new Metrics();
  final FrontendTraffic traffic = new FrontendTraffic();
  final Demand demand;
  final Backend backend;

  Stage(TransportChoice choice, int serverBacklog) throws Exception {
    this(choice, Edge.PLAIN, serverBacklog);
  }

  Stage(TransportChoice choice, Edge edge, int serverBacklog) throws Exception {
    this(choice, edge, serverBacklog, BackendTls.Mode.OFF);
  }

  /**
   * @param more settings of the backend
   */
  Stage(TransportChoice choice, UnaryOperator<BackendSettings> more) throws Exception {
    this(choice, Edge.PLAIN, 50, BackendTls.Mode.OFF, more);
  }

  Stage(TransportChoice choice, Edge edge, int serverBacklog, BackendTls.Mode mode)
      throws Exception {
    this(choice, edge, serverBacklog, mode, settings -> settings);
  }

  /**
   * @param serverBacklog connections that the server's kernel accepts by itself
   */
  private Stage(
      TransportChoice choice,
      Edge edge,
      int serverBacklog,
      BackendTls.Mode mode,
      UnaryOperator<BackendSettings> more)
      throws Exception {
    Transport transport = Transport.select(choice);
    loops = transport.relayLoops("test", 1);
    resolver = new Resolver(transport);
    demand = new Demand(new DemandConfig(Duration.ofMinutes(5), Duration.ZERO), loops);
    server = new PlayedServer(serverBacklog);
    BackendTls backendTls = new BackendTls(mode, null, false, null, "TLSv1.2", List.of());
    serverTls = mode == BackendTls.Mode.OFF ? null : TlsConnector.load(backendTls, List::of);
    backend = new Backend(backendConfig(server.port(), backendTls, more), serverTls);
    FrontendConfig frontend = edge.config();
    tls =
        edge.tls()
            ? TlsAcceptor.load(
                frontend.name(),
                frontend.tls(),
                edge == Edge.TLS ? TlsProvider.OPENSSL : TlsProvider.JDK,
                new TlsTraffic(_ -> {}))
            : null;
    services =
        new SessionServices(
            frontend,
            traffic,
            backend,
            List.of(backend),
            new CancelKeys(),
            demand,
            metrics.sessions(),
            new ServerConnector(transport, resolver),
            sessions,
            tls,
            new BufferMemory(bufferBytes::get, BUFFERS));
    ServerBootstrap bootstrap =
        new ServerBootstrap()
            .group(loops)
            .channel(transport.serverSocket())
            .childHandler(
                new ChannelInitializer<>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    channel.pipeline().addLast(Session.open(channel, services));
                  }
                });
    SocketSettings.apply(bootstrap, loops);
    listener = bootstrap.bind(new InetSocketAddress(LOOPBACK, 0)).sync().channel();
  }

  private static BackendConfig backendConfig(
      int port, BackendTls tls, UnaryOperator<BackendSettings> more) {
    BackendSettings settings =
        new BackendSettings()
            .servers(BackendSettings.server("s", port, 0))
            .timeouts(Duration.ofSeconds(30), Duration.ofSeconds(60))
            .tls(tls);
    return more.apply(settings).config();
  }

  void serverIsUp() {
    Server known = backend.servers().getFirst();
    backend.findings().checked(known, new CheckResult(CheckResult.Status.L7OK, "", 0), known.era());
  }

  void administer(AdministrativeState wanted) {
    backend.administration().administer(backend.servers().getFirst(), wanted);
  }

  /** A client that has connected to the proxy. */
  TlsTransport client() throws IOException {
    TlsTransport client = new TlsTransport();
    client.connect(listener.localAddress());
    client.setSoTimeout(10_000);
    sockets.add(client);
    lastClient = client;
    await()
        .atMost(Duration.ofSeconds(10))
        .pollInterval(Duration.ofMillis(5))
        .until(() -> sessions.open() == 1);
    return client;
  }

  TlsTransport lastClient() {
    return Objects.requireNonNull(lastClient);
  }

  /** Under the limits on connections, of all and of each client. */
  int placesTaken() {
    return Math.max(traffic.admitted(), sessions.admission().taken());
  }

  /** By sessions that the server has yet to answer. */
  void takeAllSlots() {
    Waiter waiter =
        new Waiter() {
          @Override
          public void assigned(Lease lease) {}

          @Override
          public void serverDown(Lease lease) {}
        };
    for (int i = 0; i < backend.config().queue().releaseConcurrency(); i++) {
      var _ = backend.enter(backend.ticket(waiter, LOOPBACK, true));
    }
  }

  Session session() {
    return sessions.all().iterator().next();
  }

  /** What the session is doing now: {@code Queued}, or {@code Closed:CLIENT_LEFT_QUEUE}. */
  String state(Session session) {
    try {
      return session
          .loop()
          .submit(() ->
              session.state() instanceof Closed closed
                  ? "Closed:" + closed.reason()
                  : session.state().name())
          .get(10, TimeUnit.SECONDS);
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  void awaitState(Session session, String expected) {
    await()
        .atMost(Duration.ofSeconds(10))
        .pollInterval(Duration.ofMillis(5))
        .until(() -> state(session), expected::equals);
  }

  /** Whatever becomes of its sessions. */
  void assertNothingLeft() {
    sessions.stopAll();
    await()
        .atMost(Duration.ofSeconds(10))
        .pollInterval(Duration.ofMillis(5))
        .untilAsserted(() -> {
          assertThat(sessions.live()).isZero();
          assertThat(sessions.open()).isZero();
          assertThat(placesTaken()).isZero();
          assertThat(held.bytes()).isZero();
          assertThat(backend.assigned()).isZero();
          assertThat(backend.queued()).isZero();
          assertThat(demand.snapshot().demand()).isZero();
        });
  }

  @Override
  public void close() throws IOException {
    for (Socket socket : sockets) {
      socket.close();
    }
    server.close();
    listener.close().awaitUninterruptibly();
    loops.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly();
    resolver.close();
    if (tls != null) {
      tls.close();
    }
    if (serverTls != null) {
      serverTls.close();
    }
  }
}
