package org.pgdeeplake.proxy.operation;

import java.util.List;
import java.util.Optional;
import org.pgdeeplake.proxy.backend.Backend;
import org.pgdeeplake.proxy.backend.Server;
import org.pgdeeplake.proxy.config.ProxyConfig;
import org.pgdeeplake.proxy.frontend.Frontend;

/**
 * What runs at one moment; a reload makes a new one.
 *
 * @param config the one that runs
 */
public record Topology(ProxyConfig config, List<Frontend> frontends, List<Backend> backends) {

  /** A server and the backend it belongs to. */
  public record Place(Backend backend, Server server) {
    /** As HAProxy writes it: {@code pg_backends/pg-deeplake-1}. */
    public String name() {
      return backend.name() + "/" + server.name();
    }
  }

  public Optional<Backend> backend(String name) {
    return backends.stream().filter(backend -> backend.name().equals(name)).findFirst();
  }

  public Optional<Place> server(String backend, String name) {
    return places().stream()
        .filter(
            place -> place.backend().name().equals(backend) && place.server().name().equals(name))
        .findFirst();
  }

  /** Every server, in the order of the file. */
  public List<Place> places() {
    return backends.stream()
        .flatMap(backend -> backend.servers().stream().map(server -> new Place(backend, server)))
        .toList();
  }
}
