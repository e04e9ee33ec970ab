package org.pgdeeplake.proxy;

import io.netty.channel.EventLoopGroup;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.proxy.backend.AdministrativeState;
import org.pgdeeplake.proxy.backend.Backend;
import org.pgdeeplake.proxy.backend.Server;
import org.pgdeeplake.proxy.backend.ServerConnector;
import org.pgdeeplake.proxy.config.BackendConfig;
import org.pgdeeplake.proxy.config.ProxyConfig;
import org.pgdeeplake.proxy.demand.Demand;
import org.pgdeeplake.proxy.discovery.Resolver;
import org.pgdeeplake.proxy.tls.TlsEdge;

/**
 * Backends and their checks, by name. One that the configuration has no more serves its sessions to
 * their end; if it comes back before, it is itself: two of one name would each keep their own
 * count. For one thread at a time; a {@link Departure} is for any.
 */
final class Roster {
  private final EventLoopGroup loops;
  private final ServerConnector connector;
  private final Demand demand;
  private final Resolver resolver;
  private final Crew.Changes changes;
  private final Map<String, Departure> departed = new ConcurrentHashMap<>();
  private Map<String, Crew> present = Map.of();

  /** No longer wanted; clients still come to them. */
  private List<Crew> leaving = List.of();

  /**
   * @param loops on which checks run
   * @param changes of servers that discovery finds
   */
  Roster(
      EventLoopGroup loops,
      ServerConnector connector,
      Demand demand,
      Resolver resolver,
      Crew.Changes changes) {
    this.resolver = resolver;
    this.changes = changes;
    this.loops = loops;
    this.connector = connector;
    this.demand = demand;
  }

  /** A backend that has left, until it comes back or ends. */
  final class Departure {
    private final Crew crew;
    private final boolean paused;
    private final Map<Server, AdministrativeState> withheld = new HashMap<>();

    /** Nobody can resume it any more, nor end a drain: its waiters would wait in vain. */
    private Departure(Crew crew) {
      this.crew = crew;
      Backend backend = crew.backend();
      this.paused = backend.administration().paused();
      for (Server server : backend.servers()) {
        AdministrativeState state = server.administrative();
        if (state != AdministrativeState.READY) {
          withheld.put(server, state);
          backend.administration().administer(server, AdministrativeState.READY);
        }
      }
      backend.administration().resume();
    }

    /** What operators wanted of it when it left still holds. */
    private void takeBack(BackendConfig config, TlsEdge edge) {
      Backend backend = crew.backend();
      if (paused) {
        backend.administration().pause();
      }
      crew.reconfigure(config, edge.connector(config.name()));
      for (Server server : backend.servers()) {
        backend
            .administration()
            .administer(server, withheld.getOrDefault(server, server.administrative()));
      }
    }

    /** Whether it is back, or has no session. */
    boolean unused() {
      return departed.get(name()) != this || crew.backend().sessions() == 0;
    }

    /** No more checks, unless it is back. */
    void end() {
      if (departed.remove(name(), this)) {
        crew.close();
      }
    }

    private String name() {
      return crew.backend().name();
    }
  }

  /** Makes the backends those of {@code config}. */
  List<Backend> apply(ProxyConfig config, TlsEdge edge) {
    Map<String, Crew> next = new LinkedHashMap<>();
    for (BackendConfig backend : config.backends()) {
      Crew crew = crew(backend, edge);
      crew.start();
      next.put(backend.name(), crew);
    }
    leaving = new ArrayList<>(present.values());
    leaving.removeAll(next.values());
    present = next;
    return next.values().stream().map(Crew::backend).toList();
  }

  private Crew crew(BackendConfig config, TlsEdge edge) {
    @Nullable Crew here = present.get(config.name());
    if (here != null) {
      here.reconfigure(config, edge.connector(config.name()));
      return here;
    }
    @Nullable Departure back = departed.remove(config.name());
    if (back != null) {
      back.takeBack(config, edge);
      return back.crew;
    }
    Crew crew =
        new Crew(config, edge.connector(config.name()), loops, connector, resolver, changes);
    crew.backend().lingerWakes(() -> demand.config().linger());
    return crew;
  }

  /**
   * Those that the last {@link #apply} has left out; to be called when nobody new comes to them.
   */
  List<Departure> depart() {
    List<Departure> gone = leaving.stream().map(Departure::new).toList();
    leaving = List.of();
    gone.forEach(one -> departed.put(one.name(), one));
    return gone;
  }

  /** No more checks. */
  void close() {
    present.values().forEach(Crew::close);
    departed.values().forEach(Departure::end);
  }
}
