package org.pgdeeplake.proxy;

import io.netty.channel.EventLoopGroup;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.proxy.admin.AdminServer;
import org.pgdeeplake.proxy.backend.Backend;
import org.pgdeeplake.proxy.backend.CancelKeys;
import org.pgdeeplake.proxy.backend.ServerConnector;
import org.pgdeeplake.proxy.config.BackendConfig;
import org.pgdeeplake.proxy.config.ConsoleConfig;
import org.pgdeeplake.proxy.config.FrontendConfig;
import org.pgdeeplake.proxy.config.ProxyConfig;
import org.pgdeeplake.proxy.console.ConsoleServer;
import org.pgdeeplake.proxy.demand.Demand;
import org.pgdeeplake.proxy.discovery.Resolver;
import org.pgdeeplake.proxy.frontend.Frontend;
import org.pgdeeplake.proxy.health.HealthChecker;
import org.pgdeeplake.proxy.metrics.Metrics;
import org.pgdeeplake.proxy.net.Transport;
import org.pgdeeplake.proxy.operation.Caller;
import org.pgdeeplake.proxy.operation.Operations;
import org.pgdeeplake.proxy.operation.ReloadResult;
import org.pgdeeplake.proxy.operation.Topology;
import org.pgdeeplake.proxy.session.SessionServices;
import org.pgdeeplake.proxy.session.Sessions;
import org.pgdeeplake.proxy.tls.TlsEdge;
import org.pgdeeplake.proxy.tls.TlsFileException;
import org.pgdeeplake.proxy.traffic.FrontendTraffic;
import org.pgdeeplake.proxy.traffic.TlsTraffic;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The whole, wired by hand in the order of its start; its end goes the other way round. */
public final class Proxy implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Proxy.class);

  private final ProxyConfig config;
  private final Transport transport;
  private final TlsEdge tls;
  private final EventLoopGroup loops;
  private final EventLoopGroup control;
  private final EventLoopGroup adminLoops;
  private final Resolver resolver;
  private final Metrics metrics;
  private final Demand demand;
  private final Sessions sessions = new Sessions();
  private final Map<String, Backend> backends = new LinkedHashMap<>();
  private final List<HealthChecker> checkers = new ArrayList<>();
  private final List<Frontend> frontends = new ArrayList<>();
  private final AtomicBoolean stopping = new AtomicBoolean();
  private final AtomicBoolean closed = new AtomicBoolean();
  private final CountDownLatch terminated = new CountDownLatch(1);
  private final Operations operations;
  private @Nullable AdminServer admin;
  private @Nullable ConsoleServer console;
  private volatile boolean ready;

  private Proxy(ProxyConfig config, Transport transport, Metrics metrics, TlsEdge tls) {
    this.config = config;
    this.transport = transport;
    this.metrics = metrics;
    this.tls = tls;
    this.loops = transport.loops("loop", config.threads());
    this.control = transport.loops("control", 1);
    // Its own: a long answer must not delay a health check.
    this.adminLoops = transport.loops("admin", 1);
    this.resolver = new Resolver(transport);
    this.demand = new Demand(config.demand(), control);
    this.operations =
        new Operations(this::topology, sessions, demand, this::reload, this::shutdown);
  }

  /**
   * Starts everything that the configuration names.
   *
   * @throws StartException where something cannot start; nothing runs then
   */
  public static Proxy start(ProxyConfig config) throws StartException {
    Transport transport;
    try {
      transport = Transport.select(config.transport());
    } catch (IllegalStateException e) {
      throw new StartException(String.valueOf(e.getMessage()));
    }
    Metrics metrics = new Metrics();
    TlsTraffic traffic = new TlsTraffic(metrics::handshake);
    TlsEdge tls;
    try {
      tls = TlsEdge.load(config, traffic);
    } catch (TlsFileException e) {
      throw new StartException(e.problems());
    }
    metrics.register(traffic, tls);
    Proxy proxy = new Proxy(config, transport, metrics, tls);
    try {
      proxy.startAll();
    } catch (StartException e) {
      proxy.close();
      throw e;
    }
    return proxy;
  }

  private void startAll() throws StartException {
    tls.start();
    ServerConnector connector = new ServerConnector(transport, resolver);
    for (BackendConfig backendConfig : config.backends()) {
      Backend backend = new Backend(backendConfig, tls.connector(backendConfig.name()));
      backends.put(backend.name(), backend);
      checkers.add(new HealthChecker(backend, control, connector));
    }
    checkers.forEach(HealthChecker::start);
    backends.values().forEach(metrics::register);
    metrics.register(demand);
    CancelKeys cancelKeys = new CancelKeys();
    for (FrontendConfig frontend : config.frontends()) {
      start(frontend, connector, cancelKeys);
    }
    startAdmin();
    if (config.console() != null) {
      startConsole(config.console());
    }
    ready = true;
    log.info("ready ({}, {} event loops)", transport.name(), config.threads());
  }

  private void start(FrontendConfig config, ServerConnector connector, CancelKeys cancelKeys)
      throws StartException {
    Backend backend = Objects.requireNonNull(backends.get(config.defaultBackend()));
    FrontendTraffic traffic = new FrontendTraffic();
    Frontend frontend =
        new Frontend(
            new SessionServices(
                config,
                traffic,
                backend,
                List.copyOf(backends.values()),
                cancelKeys,
                demand,
                metrics,
                connector,
                sessions,
                tls.acceptor(config.name())));
    try {
      frontend.bind(loops, transport);
    } catch (IOException e) {
      throw new StartException(
          "cannot listen on "
              + config.bind()
              + " (frontend "
              + config.name()
              + "): "
              + e.getMessage());
    }
    frontends.add(frontend);
    metrics.register(config, traffic, frontend::bound);
    log.info(
        "frontend {} listens on {} -> backend {}",
        config.name(),
        text(frontend.address()),
        backend.name());
  }

  private void startAdmin() throws StartException {
    AdminServer server =
        new AdminServer(
            config.admin(),
            transport,
            adminLoops,
            metrics,
            demand,
            List.copyOf(backends.values()),
            this::ready);
    try {
      server.start();
    } catch (BindException e) {
      throw new StartException(String.valueOf(e.getMessage()));
    }
    admin = server;
    log.info("admin listens on {}", text(server.address()));
  }

  private void startConsole(ConsoleConfig config) throws StartException {
    ConsoleServer server = new ConsoleServer(config, transport, adminLoops, operations);
    try {
      server.start();
    } catch (BindException e) {
      throw new StartException(String.valueOf(e.getMessage()));
    }
    console = server;
    log.info("console listens on {}", text(server.address()));
  }

  /** Where psql finds the console. */
  public InetSocketAddress consoleAddress() {
    return Objects.requireNonNull(console, "there is none").address();
  }

  /** Where metrics, health and the API are served. */
  public InetSocketAddress adminAddress() {
    return Objects.requireNonNull(admin, "not started").address();
  }

  /** The bound address of a frontend. */
  public InetSocketAddress address(String frontend) {
    return frontends.stream()
        .filter(f -> f.config().name().equals(frontend))
        .findFirst()
        .orElseThrow()
        .address();
  }

  /** Of that name. */
  Backend backend(String name) {
    return Objects.requireNonNull(backends.get(name));
  }

  Demand demand() {
    return demand;
  }

  Operations operations() {
    return operations;
  }

  Sessions sessions() {
    return sessions;
  }

  /** Whether every frontend is bound and none is about to go away. */
  public boolean ready() {
    return ready && frontends.stream().allMatch(Frontend::bound);
  }

  private Topology topology() {
    return new Topology(config, List.copyOf(frontends), List.copyOf(backends.values()));
  }

  private CompletableFuture<ReloadResult> reload(Caller caller) {
    reload();
    return CompletableFuture.completedFuture(
        new ReloadResult.Refused(List.of("the configuration is read at start only")));
  }

  /** Reads the certificates again, soon, and logs what came of it. Any thread. */
  public void reload() {
    tls.reload();
  }

  /**
   * Begins the orderly end: not ready; after {@code shutdown.delay} no new clients, and waiters
   * hear 57P03; live sessions go on until {@code shutdown.drain-timeout}, then hear 57P01. Returns
   * at once; idempotent; any thread.
   */
  public void shutdown() {
    if (!stopping.compareAndSet(false, true)) {
      return;
    }
    ready = false;
    log.info(
        "stopping: {} live sessions; they may go on for {} s",
        sessions.live(),
        config.shutdown().drainTimeout().toSeconds());
    Thread.ofPlatform().name("shutdown").start(this::drain);
  }

  private void drain() {
    try {
      TimeUnit.NANOSECONDS.sleep(config.shutdown().delay().toNanos());
      frontends.forEach(Frontend::close);
      sessions.refuseWaiters();
      if (!sessions.awaitNoneOpen(config.shutdown().drainTimeout())) {
        log.info("drain timeout: closing {} sessions", sessions.live());
        sessions.stopAll();
        sessions.awaitNoneOpen(Sessions.FAREWELL);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      close();
    }
  }

  /** Returns when everything has ended. */
  public void awaitTermination() throws InterruptedException {
    terminated.await();
  }

  /** Ends everything now. Blocks for a moment; idempotent. */
  @Override
  public void close() {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    ready = false;
    frontends.forEach(Frontend::close);
    sessions.stopAll();
    if (admin != null) {
      admin.close();
    }
    if (console != null) {
      console.close();
    }
    checkers.forEach(HealthChecker::close);
    loops.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly();
    adminLoops.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly();
    control.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly();
    tls.close();
    resolver.close();
    log.info("stopped");
    terminated.countDown();
  }

  private static String text(InetSocketAddress address) {
    return address.getHostString() + ":" + address.getPort();
  }
}
