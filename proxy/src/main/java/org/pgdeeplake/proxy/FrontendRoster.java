package org.pgdeeplake.proxy;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.proxy.backend.Backend;
import org.pgdeeplake.proxy.backend.CancelKeys;
import org.pgdeeplake.proxy.config.FrontendConfig;
import org.pgdeeplake.proxy.config.ProxyConfig;
import org.pgdeeplake.proxy.frontend.Frontend;
import org.pgdeeplake.proxy.net.BufferMemory;
import org.pgdeeplake.proxy.session.SessionServices;
import org.pgdeeplake.proxy.tls.TlsAcceptor;
import org.pgdeeplake.proxy.tls.TlsEdge;
import org.pgdeeplake.proxy.traffic.FrontendTraffic;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Frontends, by name. One that the configuration has no more serves its sessions to their end; if
 * it comes back before, it is itself, since two of one name would each keep their own count. For
 * one thread at a time; a {@link Departure} is for any.
 */
final class FrontendRoster {
  private static final Logger log = LoggerFactory.getLogger(FrontendRoster.class);

  /** Of their ports. */
  static final String KIND = "frontend";

  private final Ground ground;
  private final CancelKeys cancelKeys;
  private final Map<String, Frontend> departed = new ConcurrentHashMap<>();
  private Map<String, Frontend> present = Map.of();

  /** No longer wanted; their ports are still open. */
  private List<Frontend> leaving = List.of();

  FrontendRoster(Ground ground, CancelKeys cancelKeys) {
    this.ground = ground;
    this.cancelKeys = cancelKeys;
  }

  static Ports.Owner owner(FrontendConfig config) {
    return new Ports.Owner(KIND, config.name());
  }

  /** Makes the frontends those of {@code config}; whoever comes from now on is served by it. */
  List<Frontend> apply(
      ProxyConfig config, List<Backend> backends, TlsEdge edge, Ports.Prepared prepared) {
    Map<String, Frontend> next = new LinkedHashMap<>();
    for (FrontendConfig one : config.frontends()) {
      next.put(one.name(), serve(one, backends, edge, prepared));
    }
    leaving = new ArrayList<>(present.values());
    leaving.removeAll(next.values());
    present = next;
    return List.copyOf(next.values());
  }

  private Frontend serve(
      FrontendConfig config, List<Backend> backends, TlsEdge edge, Ports.Prepared prepared) {
    @Nullable Frontend known = known(config.name());
    SessionServices services =
        services(
            config,
            known == null ? new FrontendTraffic() : known.traffic(),
            backends,
            edge.acceptor(config.name()));
    Frontend frontend = known == null ? new Frontend(services) : known;
    Ports.Owner owner = owner(config);
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

  private @Nullable Frontend known(String name) {
    @Nullable Frontend left = departed.remove(name);
    return present.getOrDefault(name, left);
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

  /** Those that the last {@link #apply} has left out; to be called when their ports are closed. */
  List<Departure> depart() {
    leaving.forEach(one -> departed.put(one.config().name(), one));
    List<Departure> gone = leaving.stream().map(Departure::new).toList();
    leaving = List.of();
    return gone;
  }

  /** A frontend that has left, until it comes back or its last session ends. Any thread. */
  final class Departure {
    private final Frontend frontend;

    private Departure(Frontend frontend) {
      this.frontend = frontend;
    }

    /** Whether it has no session. */
    boolean unused() {
      return frontend.traffic().current() == 0;
    }

    /** Forgets it, unless it is back. */
    void end() {
      departed.remove(frontend.config().name(), frontend);
    }
  }
}
