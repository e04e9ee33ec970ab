package org.pgdeeplake.proxy;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
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
import org.pgdeeplake.proxy.net.Listener;
import org.pgdeeplake.proxy.operation.Topology;
import org.pgdeeplake.proxy.tls.TlsEdge;
import org.pgdeeplake.proxy.tls.TlsFileException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Everything that a configuration names, as it runs. Another configuration takes its place whole or
 * not at all: first everything that can fail is done beside what runs, then nothing can. Any
 * thread; what changes it blocks and is not for event loops.
 */
final class Assembly implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Assembly.class);
  private static final String BIND = "bind";

  private final Ground ground;
  private final List<OperatorPort> operatorPorts;
  private final CancelKeys cancelKeys = new CancelKeys();
  private final Retirement retirement;
  private final Ports ports = new Ports();

  @GuardedBy("this")
  private final Roster roster;

  @GuardedBy("this")
  private final FrontendRoster frontends;

  @GuardedBy("this")
  private final SharedFiles files;

  private final FoundServers found;

  private volatile boolean stopping;
  private volatile @Nullable Topology topology;
  private volatile @Nullable TlsEdge tls;

  /**
   * @param timer of one thread, on which what is no longer wanted ends
   */
  Assembly(Ground ground, List<OperatorPort> operatorPorts, ScheduledExecutorService timer) {
    this.ground = ground;
    this.operatorPorts = operatorPorts;
    this.found = new FoundServers(this, this::serversChanged, () -> topology);
    ground.resolver().tellMoves(found::moved);
    this.roster =
        new Roster(ground.control(), ground.connector(), ground.demand(), ground.resolver(), found);
    this.frontends = new FrontendRoster(ground, cancelKeys);
    this.files = new SharedFiles(ground.sessions());
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
    List<String> problems = ConfigChanges.needingRestart(now.config(), file);
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
              FrontendRoster.owner(frontend),
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

  @GuardedBy("this")
  private void change(ProxyConfig config, TlsEdge nextTls, Ports.Prepared prepared) {
    Topology before = topology;
    TlsEdge lastTls = tls;
    List<Backend> backends = roster.apply(config, nextTls);
    files.among(config, backends);
    expose(config, backends);
    ground.metrics().register(nextTls);
    ground.demand().reconfigure(config.demand());
    ground.logging().apply(config.log());
    List<Frontend> serving = frontends.apply(config, backends, nextTls, prepared);
    // Only now: until all of its frontends are open it is not ready.
    tls = nextTls;
    topology = new Topology(config, serving, backends);
    if (lastTls == null) {
      nextTls.start();
    } else {
      nextTls.succeed(lastTls);
    }
    operatorPorts.forEach(port -> listen(port, config, prepared));
    ports.use(prepared);
    if (before != null && lastTls != null) {
      retire(before.config(), lastTls);
    }
  }

  private void expose(ProxyConfig config, List<Backend> backends) {
    Metrics metrics = ground.metrics();
    metrics.retain(
        config.frontends().stream().map(FrontendConfig::name).collect(Collectors.toSet()),
        backends);
    backends.forEach(metrics::register);
  }

  /** Other servers were found. Of a backend that has left nothing is exposed. */
  private synchronized void serversChanged(Backend changed) {
    Topology now = topology;
    if (now != null && now.backends().contains(changed)) {
      files.among(now.config(), now.backends());
      expose(now.config(), now.backends());
    }
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
  private void retire(ProxyConfig last, TlsEdge edge) {
    for (FrontendRoster.Departure gone : frontends.depart()) {
      retirement.add(last, gone::unused, gone::end);
    }
    List<Roster.Departure> gone = roster.depart();
    retirement.add(
        last,
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
    ports.close(FrontendRoster.KIND);
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
