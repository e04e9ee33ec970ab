package org.pgdeeplake.proxy;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.proxy.backend.Backend;
import org.pgdeeplake.proxy.backend.CancelKeys;
import org.pgdeeplake.proxy.config.BackendConfig;
import org.pgdeeplake.proxy.config.ConfigChanges;
import org.pgdeeplake.proxy.config.FrontendConfig;
import org.pgdeeplake.proxy.config.HostPort;
import org.pgdeeplake.proxy.config.LoadedConfig;
import org.pgdeeplake.proxy.config.ProxyConfig;
import org.pgdeeplake.proxy.frontend.Frontend;
import org.pgdeeplake.proxy.health.HealthChecker;
import org.pgdeeplake.proxy.metrics.Metrics;
import org.pgdeeplake.proxy.net.Listener;
import org.pgdeeplake.proxy.operation.Topology;
import org.pgdeeplake.proxy.session.SessionServices;
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
  private Map<String, HealthChecker> checkers = Map.of();

  private volatile boolean stopping;
  private volatile @Nullable Topology topology;
  private volatile @Nullable TlsEdge tls;

  Assembly(Ground ground, List<OperatorPort> operatorPorts) {
    this.ground = ground;
    this.operatorPorts = operatorPorts;
    this.retirement = new Retirement(ground.control());
  }

  /** What runs; a snapshot. */
  Topology topology() {
    return Objects.requireNonNull(topology, "nothing runs yet");
  }

  TlsEdge tls() {
    return Objects.requireNonNull(tls, "nothing runs yet");
  }

  /**
   * Makes what runs what {@code file} says.
   *
   * @return what has changed, a line each
   * @throws StartException with everything that stands in the way; all is as it was then
   */
  synchronized List<String> apply(LoadedConfig file) throws StartException {
    refuseWhileStopping();
    refuseWhatNeedsRestart(file);
    TlsEdge nextTls = load(file.config());
    Ports.Prepared prepared;
    try {
      prepared = ports.prepare(wanted(file.config()), file);
    } catch (StartException e) {
      discard(nextTls);
      throw e;
    }
    Topology before = topology;
    List<String> changes =
        before == null
            ? List.of()
            : Stream.concat(
                    ConfigChanges.between(before.config(), file.config()).stream(),
                    tls().replacedBy(nextTls).stream())
                .toList();
    commit(file.config(), nextTls, prepared);
    return changes;
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
  private void commit(ProxyConfig config, TlsEdge nextTls, Ports.Prepared prepared) {
    Topology before = topology;
    TlsEdge lastTls = tls;
    Map<String, HealthChecker> lastCheckers = checkers;
    checkers = backends(config, nextTls);
    List<Backend> backends = checkers.values().stream().map(HealthChecker::backend).toList();
    Metrics metrics = ground.metrics();
    metrics.retain(
        config.frontends().stream().map(FrontendConfig::name).collect(Collectors.toSet()),
        backends);
    backends.forEach(metrics::register);
    metrics.register(nextTls);
    ground.demand().reconfigure(config.demand());
    ground.logging().apply(config.log());
    List<SessionServices> services =
        config.frontends().stream()
            .map(frontend -> services(frontend, before, backends, nextTls))
            .toList();
    List<Frontend> frontends = services.stream().map(one -> frontend(one, before)).toList();
    tls = nextTls;
    topology = new Topology(config, frontends, backends);
    if (lastTls == null) {
      nextTls.start();
    } else {
      nextTls.succeed(lastTls);
    }
    for (int i = 0; i < frontends.size(); i++) {
      serve(frontends.get(i), services.get(i), prepared);
    }
    operatorPorts.forEach(port -> listen(port, config, prepared));
    ports.use(prepared);
    if (before != null && lastTls != null) {
      retire(before.config(), lastTls, lastCheckers);
    }
  }

  @GuardedBy("this")
  private Map<String, HealthChecker> backends(ProxyConfig config, TlsEdge edge) {
    Map<String, HealthChecker> next = new LinkedHashMap<>();
    for (BackendConfig backend : config.backends()) {
      HealthChecker checker = checkers.get(backend.name());
      if (checker == null) {
        Backend made = new Backend(backend, edge.connector(backend.name()));
        made.lingerWakes(() -> ground.demand().config().linger());
        checker = new HealthChecker(made, ground.control(), ground.connector());
      } else {
        checker.backend().reconfigure(backend, edge.connector(backend.name()));
      }
      checker.start();
      next.put(backend.name(), checker);
    }
    return next;
  }

  private SessionServices services(
      FrontendConfig config, @Nullable Topology before, List<Backend> backends, TlsEdge edge) {
    FrontendTraffic traffic =
        frontend(config.name(), before).map(Frontend::traffic).orElseGet(FrontendTraffic::new);
    Backend backend =
        backends.stream()
            .filter(one -> one.name().equals(config.defaultBackend()))
            .findFirst()
            .orElseThrow();
    return new SessionServices(
        config,
        traffic,
        backend,
        backends,
        cancelKeys,
        ground.demand(),
        ground.metrics(),
        ground.connector(),
        ground.sessions(),
        edge.acceptor(config.name()));
  }

  private static Frontend frontend(SessionServices services, @Nullable Topology before) {
    return frontend(services.frontend().name(), before).orElseGet(() -> new Frontend(services));
  }

  private static Optional<Frontend> frontend(String name, @Nullable Topology topology) {
    return topology == null
        ? Optional.empty()
        : topology.frontends().stream().filter(f -> f.config().name().equals(name)).findFirst();
  }

  private void serve(Frontend frontend, SessionServices services, Ports.Prepared prepared) {
    FrontendConfig config = services.frontend();
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
  private void retire(ProxyConfig config, TlsEdge edge, Map<String, HealthChecker> last) {
    List<HealthChecker> gone = new ArrayList<>(last.values());
    gone.removeAll(checkers.values());
    retirement.add(
        config,
        () -> gone.stream().allMatch(one -> one.backend().sessions() == 0),
        () -> {
          gone.forEach(HealthChecker::close);
          edge.release();
        });
  }

  /** No more changes but one that is under way. Does not block. */
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
    checkers.values().forEach(HealthChecker::close);
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
