package org.pgdeeplake.proxy;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.proxy.backend.Backend;
import org.pgdeeplake.proxy.backend.CancelKeys;
import org.pgdeeplake.proxy.config.ConfigChanges;
import org.pgdeeplake.proxy.config.FrontendConfig;
import org.pgdeeplake.proxy.config.HostPort;
import org.pgdeeplake.proxy.config.LoadedConfig;
import org.pgdeeplake.proxy.config.ProxyConfig;
import org.pgdeeplake.proxy.frontend.Frontend;
import org.pgdeeplake.proxy.metrics.Metrics;
import org.pgdeeplake.proxy.net.BufferMemory;
import org.pgdeeplake.proxy.net.Listener;
import org.pgdeeplake.proxy.net.OpenFiles;
import org.pgdeeplake.proxy.operation.Topology;
import org.pgdeeplake.proxy.session.SessionServices;
import org.pgdeeplake.proxy.tls.TlsAcceptor;
import org.pgdeeplake.proxy.tls.TlsEdge;
import org.pgdeeplake.proxy.tls.TlsFileException;
import org.pgdeeplake.proxy.traffic.FrontendTraffic;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Everything that a configuration names, as it runs. Another configuration takes its place whole or
 * not at all: first everything that can fail is done beside what runs, then nothing can. Any
 * thread; what changes it blocks and is not for event loops.
 */
final class Assembly implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Assembly.class);
  private static final String FRONTEND = "frontend";
  private static final String BIND = "bind";

  private final Ground ground;
  private final List<OperatorPort> operatorPorts;
  private final CancelKeys cancelKeys = new CancelKeys();
  private final Retirement retirement;
  private final Ports ports = new Ports();

  @GuardedBy("this")
  private final Roster roster;

  private final FoundServers found;

  /** Frontends that the configuration has no more, while they have sessions. */
  private final Map<String, Frontend> departed = new ConcurrentHashMap<>();

  private volatile boolean stopping;
  private volatile @Nullable Topology topology;
  private volatile @Nullable TlsEdge tls;

  /**
   * @param timer of one thread, on which what is no longer wanted ends
   */
  Assembly(Ground ground, List<OperatorPort> operatorPorts, ScheduledExecutorService timer) {
    this.ground = ground;
    this.operatorPorts = operatorPorts;
    this.found = new FoundServers(this, this::refreshMetrics, () -> topology);
    ground.resolver().tellMoves(found::moved);
    this.roster =
        new Roster(ground.control(), ground.connector(), ground.demand(), ground.resolver(), found);
    this.retirement = new Retirement(timer);
  }

  /** What runs; a snapshot. */
  Topology topology() {
    return Objects.requireNonNull(topology, "nothing runs yet");
  }

  CancelKeys cancelKeys() {
    return cancelKeys;
  }

  TlsEdge tls() {
    return Objects.requireNonNull(tls, "nothing runs yet");
  }

  /**
   * Makes what runs what {@code file} says. Not by two threads at once.
   *
   * @return what has changed, a line each
   * @throws StartException with everything that stands in the way; all is as it was then
   * @throws HalfAppliedException on a bug in what must not fail
   */
  List<String> apply(LoadedConfig file) throws StartException {
    refuseWhileStopping();
    refuseWhatNeedsRestart(file);
    // Not under the lock: names are resolved and files read, and whoever ends it must not wait.
    Next next = prepare(file);
    commit(next);
    return next.changes();
  }

  /** Beside what runs. */
  private record Next(
      ProxyConfig config, TlsEdge tls, Ports.Prepared ports, List<String> changes) {}

  private Next prepare(LoadedConfig file) throws StartException {
    TlsEdge edge = load(file.config());
    try {
      List<String> changes = changes(file.config(), edge);
      Ports.Prepared prepared = ports.prepare(wanted(file.config()), file);
      return new Next(file.config(), edge, prepared, changes);
    } catch (StartException | RuntimeException | Error e) {
      discard(edge);
      throw e;
    }
  }

  private List<String> changes(ProxyConfig config, TlsEdge edge) {
    Topology now = topology;
    return now == null
        ? List.of()
        : Stream.concat(
                ConfigChanges.between(now.config(), config).stream(),
                tls().replacedBy(edge).stream())
            .toList();
  }

  private synchronized void commit(Next next) throws StartException {
    try {
      refuseWhileStopping();
    } catch (StartException e) {
      next.ports().discard();
      discard(next.tls());
      throw e;
    }
    try {
      change(next.config(), next.tls(), next.ports());
    } catch (RuntimeException | Error e) {
      throw new HalfAppliedException(e);
    }
  }

  private void refuseWhileStopping() throws StartException {
    if (stopping) {
      throw new StartException("the proxy is shutting down");
    }
  }

  private void refuseWhatNeedsRestart(LoadedConfig file) throws StartException {
    Topology now = topology;
    if (now == null) {
      return;
    }
    List<String> problems = new ArrayList<>();
    if (now.config().threads() != file.config().threads()) {
      problems.add(
          "%s: from %d to %d needs a restart"
              .formatted(
                  file.where("proxy", "threads"), now.config().threads(), file.config().threads()));
    }
    if (now.config().transport() != file.config().transport()) {
      problems.add(file.where("proxy", "transport") + ": another one needs a restart");
    }
    if (!problems.isEmpty()) {
      throw new StartException(problems);
    }
  }

  private TlsEdge load(ProxyConfig config) throws StartException {
    TlsEdge now = tls;
    try {
      return now == null
          ? TlsEdge.load(config, ground.tlsTraffic())
          : now.next(config, ground.tlsTraffic());
    } catch (TlsFileException e) {
      throw new StartException(e.problems());
    }
  }

  private void discard(TlsEdge edge) {
    if (tls == null) {
      edge.close();
    } else {
      edge.release();
    }
  }

  private List<Ports.Wanted> wanted(ProxyConfig config) {
    List<Ports.Wanted> wanted = new ArrayList<>();
    for (FrontendConfig frontend : config.frontends()) {
      wanted.add(
          new Ports.Wanted(
              owner(frontend.name()),
              frontend.bind(),
              bind -> Frontend.bind(bind, ground.loops(), ground.transport()),
              List.of("proxy", "frontends", frontend.name(), BIND)));
    }
    for (OperatorPort port : operatorPorts) {
      HostPort bind = port.bind().apply(config);
      if (bind != null) {
        wanted.add(
            new Ports.Wanted(
                port.owner(), bind, port.opener(), List.of("proxy", port.name(), BIND)));
      }
    }
    return wanted;
  }

  private static Ports.Owner owner(String frontend) {
    return new Ports.Owner(FRONTEND, frontend);
  }

  @GuardedBy("this")
  private void change(ProxyConfig config, TlsEdge nextTls, Ports.Prepared prepared) {
    Topology before = topology;
    TlsEdge lastTls = tls;
    List<Backend> backends = roster.apply(config, nextTls);
    shareFiles(config, backends);
    expose(config, backends);
    ground.metrics().register(nextTls);
    ground.demand().reconfigure(config.demand());
    ground.logging().apply(config.log());
    List<Frontend> frontends = new ArrayList<>();
    for (FrontendConfig one : config.frontends()) {
      frontends.add(serve(one, before, backends, nextTls, prepared));
    }
    // Only now: until all of its frontends are open it is not ready.
    tls = nextTls;
    topology = new Topology(config, frontends, backends);
    if (lastTls == null) {
      nextTls.start();
    } else {
      nextTls.succeed(lastTls);
    }
    operatorPorts.forEach(port -> listen(port, config, prepared));
    ports.use(prepared);
    if (before != null && lastTls != null) {
      retire(before, lastTls, frontends);
    }
  }

  private void shareFiles(ProxyConfig config, List<Backend> backends) {
    OpenFiles files =
        OpenFiles.ofProcess(backends.stream().mapToInt(one -> one.servers().size()).sum());
    ground.sessions().limit(files);
    files.shortage(config.maxSessions()).ifPresent(log::info);
  }

  private void expose(ProxyConfig config, List<Backend> backends) {
    Metrics metrics = ground.metrics();
    metrics.retain(
        config.frontends().stream().map(FrontendConfig::name).collect(Collectors.toSet()),
        backends);
    backends.forEach(metrics::register);
  }

  /** Of a backend that has left nothing is exposed. */
  private void refreshMetrics(Backend changed) {
    Topology now = topology;
    if (now != null && now.backends().contains(changed)) {
      expose(now.config(), now.backends());
    }
  }

  @GuardedBy("this")
  private Frontend serve(
      FrontendConfig config,
      @Nullable Topology before,
      List<Backend> backends,
      TlsEdge edge,
      Ports.Prepared prepared) {
    @Nullable Frontend known = known(config.name(), before);
    SessionServices services =
        services(
            config,
            known == null ? new FrontendTraffic() : known.traffic(),
            backends,
            edge.acceptor(config.name()));
    Frontend frontend = known == null ? new Frontend(services) : known;
    Ports.Owner owner = owner(config.name());
    frontend.serve(prepared.of(owner), services);
    ground.metrics().register(config, services.traffic(), frontend::bound);
    if (prepared.isNew(owner)) {
      log.info(
          "frontend {} listens on {} -> backend {}",
          config.name(),
          prepared.of(owner),
          config.defaultBackend());
    }
    return frontend;
  }

  /** It that runs, or it that has left and has sessions yet, which would be counted apart. */
  private @Nullable Frontend known(String name, @Nullable Topology before) {
    @Nullable Frontend left = departed.remove(name);
    return before == null
        ? null
        : before.frontends().stream()
            .filter(frontend -> frontend.config().name().equals(name))
            .findFirst()
            .orElse(left);
  }

  private SessionServices services(
      FrontendConfig config,
      FrontendTraffic traffic,
      List<Backend> backends,
      @Nullable TlsAcceptor acceptor) {
    return new SessionServices(
        config,
        traffic,
        backends.stream()
            .filter(one -> one.name().equals(config.defaultBackend()))
            .findFirst()
            .orElseThrow(),
        backends,
        cancelKeys,
        ground.demand(),
        ground.metrics().sessions(),
        ground.connector(),
        ground.sessions(),
        acceptor == null ? null : acceptor.telling(traffic.traffic()::handshake),
        BufferMemory.ofProcess());
  }

  private static void listen(OperatorPort port, ProxyConfig config, Ports.Prepared prepared) {
    Listener listener = prepared.listeners().get(port.owner());
    if (listener == null) {
      return;
    }
    port.listen().accept(listener, config);
    if (prepared.isNew(port.owner())) {
      log.info("{} listens on {}", port.name(), listener);
    }
  }

  /** Sessions that have begun keep what they began with. */
  @GuardedBy("this")
  private void retire(Topology last, TlsEdge edge, List<Frontend> now) {
    for (Frontend frontend : last.frontends()) {
      if (!now.contains(frontend)) {
        String name = frontend.config().name();
        departed.put(name, frontend);
        retirement.add(
            last.config(),
            () -> frontend.traffic().current() == 0,
            () -> departed.remove(name, frontend));
      }
    }
    List<Roster.Departure> gone = roster.depart();
    retirement.add(
        last.config(),
        () -> gone.stream().allMatch(Roster.Departure::unused),
        () -> {
          gone.forEach(Roster.Departure::end);
          edge.release();
        });
  }

  /** No more changes but one that cannot go back. Does not block. */
  void stopChanges() {
    stopping = true;
  }

  /** No more clients. */
  synchronized void stopAccepting() {
    stopChanges();
    ports.close(FRONTEND);
  }

  /** No more checks. */
  @Override
  public synchronized void close() {
    stopAccepting();
    found.close();
    roster.close();
    retirement.close();
  }

  /** No more handshakes; the last thing to do. */
  synchronized void closeTls() {
    TlsEdge now = tls;
    if (now != null) {
      now.close();
    }
  }
}
