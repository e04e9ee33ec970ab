package org.pgdeeplake.proxy.backend;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.proxy.config.BackendConfig;
import org.pgdeeplake.proxy.tls.TlsConnector;

/**
 * A configuration and the servers that it names. Reading is for any thread; it changes with the
 * lock of its {@link Ledger} held.
 */
final class Lineup {
  private final Object lock;
  private volatile BackendConfig config;
  private volatile List<Server> servers;

  /** Servers that the configuration no longer has, for as long as sessions hold slots of them. */
  private List<Server> departed = List.of();

  Lineup(BackendConfig config, @Nullable TlsConnector tls, Object lock) {
    this.lock = lock;
    this.config = config;
    this.servers = config.servers().stream().map(s -> new Server(s, tls, config, lock)).toList();
  }

  BackendConfig config() {
    return config;
  }

  List<Server> servers() {
    return servers;
  }

  /** Servers that are up and may have sessions; to be asked with the lock held. */
  int active() {
    return (int) servers.stream().filter(Server::active).count();
  }

  /**
   * Takes over another configuration. Servers of the same name stay what they are, those that are
   * gone take nobody any more; one that comes back while it still has sessions is itself.
   */
  void reconfigure(BackendConfig next, @Nullable TlsConnector tls) {
    assert Thread.holdsLock(lock);
    Map<String, Server> known = new LinkedHashMap<>();
    departed.forEach(server -> known.put(server.name(), server));
    servers.forEach(server -> known.put(server.name(), server));
    List<Server> now = new ArrayList<>();
    for (BackendConfig.ServerConfig one : next.servers()) {
      Server server = known.remove(one.name());
      if (server == null) {
        server = new Server(one, tls, next, lock);
      } else {
        server.reconfigure(one, tls, next);
      }
      now.add(server);
    }
    known.values().forEach(server -> server.depart(tls));
    departed = known.values().stream().filter(server -> server.sessions() > 0).toList();
    config = next;
    servers = List.copyOf(now);
  }
}
