package org.pgdeeplake.proxy;

import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.pgdeeplake.proxy.admin.AdminServer;
import org.pgdeeplake.proxy.backend.Backend;
import org.pgdeeplake.proxy.backend.ServerConnector;
import org.pgdeeplake.proxy.config.LoadedConfig;
import org.pgdeeplake.proxy.config.ProxyConfig;
import org.pgdeeplake.proxy.config.ShutdownConfig;
import org.pgdeeplake.proxy.console.ConsoleServer;
import org.pgdeeplake.proxy.demand.Demand;
import org.pgdeeplake.proxy.discovery.Resolver;
import org.pgdeeplake.proxy.frontend.Frontend;
import org.pgdeeplake.proxy.log.Logging;
import org.pgdeeplake.proxy.metrics.Metrics;
import org.pgdeeplake.proxy.metrics.ProcessFacts;
import org.pgdeeplake.proxy.net.BufferMemory;
import org.pgdeeplake.proxy.net.OpenFiles;
import org.pgdeeplake.proxy.net.Transport;
import org.pgdeeplake.proxy.operation.Caller;
import org.pgdeeplake.proxy.operation.Operations;
import org.pgdeeplake.proxy.operation.Topology;
import org.pgdeeplake.proxy.peers.Peers;
import org.pgdeeplake.proxy.rehearsal.Rehearsal;
import org.pgdeeplake.proxy.scaler.ScalerServer;
import org.pgdeeplake.proxy.scaler.Scales;
import org.pgdeeplake.proxy.session.Sessions;
import org.pgdeeplake.proxy.traffic.TlsTraffic;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The whole, wired by hand in the order of its start; its end goes the other way round. */
public final class Proxy implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Proxy.class);

  private final Transport transport;
  private final EventLoops loops;
  private final Resolver resolver;
  private final ServerConnector connector;
  private final Demand demand;
  private final Sessions sessions = new Sessions();
  private final Assembly assembly;
  private final Metrics metrics;
  private final Reloads reloads;
  private final Peers peers;
  private final AdminServer admin;
  private final ScalerServer scaler;
  private final ConsoleServer console;
  private final AtomicBoolean stopping = new AtomicBoolean();
  private final AtomicBoolean closed = new AtomicBoolean();
  private final CountDownLatch terminated = new CountDownLatch(1);
  private final Operations operations;
  private final Readiness readiness;

  private Proxy(LoadedConfig file, Transport transport, Logging logging) {
    ProxyConfig started = file.config();
    int threads = started.eventLoops();
    this.transport = transport;
    this.readiness = new Readiness("%s, %d event loops".formatted(transport.name(), threads));
    this.loops = EventLoops.start(transport, threads);
    this.resolver = new Resolver(transport);
    this.demand = new Demand(started.demand(), loops.control());
    this.metrics = new Metrics();
    this.connector = new ServerConnector(transport, resolver);
    TlsTraffic tlsTraffic = new TlsTraffic(metrics::handshake);
    ScheduledExecutorService reloading = Reloads.newThread();
    this.assembly =
        new Assembly(
            new Ground(
                transport,
                loops.relay(),
                loops.control(),
                resolver,
                connector,
                metrics,
                tlsTraffic,
                demand,
                sessions,
                logging),
            operatorPorts(),
            reloading);
    this.reloads = new Reloads(reloading, file.path(), assembly, metrics);
    this.operations =
        new Operations(this::topology, sessions, demand, reloads::request, this::shutdown);
    this.scaler =
        new ScalerServer(
            transport,
            demand,
            new Scales(demand, () -> topology().backends(), () -> topology().config().scaler()),
            () -> assembly.tls().scaler(),
            metrics);
    // With the admin port, whose streams it feeds.
    this.peers =
        new Peers(
            transport,
            loops.admin().next(),
            resolver,
            operations,
            assembly.cancelKeys(),
            connector);
    operations.replicas(peers);
    assembly.cancelKeys().elsewhere(peers::cancelElsewhere);
    this.console = new ConsoleServer(operations, metrics);
    this.admin = new AdminServer(loops.admin(), metrics, operations, peers, this::ready);
    metrics.registerPeers(peers::facts);
    metrics.register(tlsTraffic, assembly::tls);
    metrics.register(demand);
    metrics.register(resolver);
    metrics.registerDroppedLogLines(logging::dropped);
    metrics.registerAdmission(sessions::facts);
    metrics.registerBuffers(BufferMemory.ofProcess()::limit, BufferMemory.ofProcess()::share);
    metrics.register(
        new ProcessFacts(
            threads, transport.name(), sessions::places, stopping::get, resolver::failures));
    var _ = loops.control().scheduleAtFixedRate(metrics::tick, 1, 1, TimeUnit.SECONDS);
  }

  /** Those that a reload may move; what listens there stays. */
  private List<OperatorPort> operatorPorts() {
    return OperatorPort.all(loops, transport, () -> admin, () -> scaler, () -> console);
  }

  /**
   * Starts everything that the configuration names.
   *
   * @throws StartException where something cannot start; nothing runs then
   */
  public static Proxy start(LoadedConfig file) throws StartException {
    Logging logging = Logging.ofProcess();
    logging.apply(file.config().log());
    Transport transport;
    try {
      transport = Transport.select(file.config().transport());
    } catch (IllegalStateException e) {
      throw new StartException(String.valueOf(e.getMessage()));
    }
    HeapNeed.warning(file.config(), Runtime.getRuntime().maxMemory()).ifPresent(log::warn);
    Proxy proxy = new Proxy(file, transport, logging);
    try {
      var _ = proxy.assembly.apply(file);
    } catch (StartException e) {
      proxy.close();
      throw e;
    }
    proxy.peers.start();
    Thread.ofPlatform().daemon().name("libraries").start(OpenFiles::openLibraries);
    proxy.readiness.beginAfter(
        file.config().warmUp(),
        length -> Rehearsal.play(transport, proxy.loops.relay(), proxy.connector, length));
    return proxy;
  }

  /** The same, of a configuration that cannot be read again. */
  public static Proxy start(ProxyConfig config) throws StartException {
    return start(LoadedConfig.none(config));
  }

  /** Where psql finds the console. */
  public InetSocketAddress consoleAddress() {
    return console.address();
  }

  /** Where KEDA asks. */
  public InetSocketAddress scalerAddress() {
    return scaler.address();
  }

  /** Where metrics, health and the API are served. */
  public InetSocketAddress adminAddress() {
    return admin.address();
  }

  /** The bound address of a frontend. */
  public InetSocketAddress address(String frontend) {
    return topology().frontends().stream()
        .filter(f -> f.config().name().equals(frontend))
        .findFirst()
        .orElseThrow()
        .address();
  }

  /** Of that name. */
  Backend backend(String name) {
    return topology().backend(name).orElseThrow();
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

  /** Whether every frontend is bound, what peers know is known, and none is about to go away. */
  public boolean ready() {
    return readiness.now()
        && peers.settled()
        && topology().frontends().stream().allMatch(Frontend::bound);
  }

  private Topology topology() {
    return assembly.topology();
  }

  /** Reads the configuration again, soon, and logs what came of it. Any thread. */
  public void reload() {
    var _ = operations.reload(new Caller("SIGHUP", "", null));
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
    readiness.end();
    assembly.stopChanges();
    ShutdownConfig limits = topology().config().shutdown();
    log.info(
        "stopping: {} live sessions; they may go on for {} s",
        sessions.live(),
        limits.drainTimeout().toSeconds());
    Thread.ofPlatform().name("shutdown").start(() -> drain(limits));
  }

  private void drain(ShutdownConfig limits) {
    try {
      TimeUnit.NANOSECONDS.sleep(limits.delay().toNanos());
      assembly.stopAccepting();
      sessions.refuseWaiters();
      scaler.endStreams();
      if (!sessions.awaitNoneOpen(limits.drainTimeout())) {
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
    readiness.end();
    reloads.close();
    assembly.stopAccepting();
    sessions.stopAll();
    peers.close();
    admin.close();
    scaler.close();
    console.close();
    assembly.close();
    loops.end();
    assembly.closeTls();
    resolver.close();
    log.info("stopped");
    terminated.countDown();
  }
}
