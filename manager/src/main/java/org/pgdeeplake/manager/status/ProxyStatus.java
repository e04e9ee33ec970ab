package org.pgdeeplake.manager.status;

import java.net.URI;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.manager.deployment.Instance;
import org.pgdeeplake.manager.proxy.Backend;
import org.pgdeeplake.manager.proxy.CurrentDemand;
import org.pgdeeplake.manager.proxy.Server;

/**
 * The proxy as its admin port tells it.
 *
 * @param view null: it cannot be reached
 * @param reason why not
 */
public record ProxyStatus(URI admin, @Nullable View view, String reason) {

  /** What it told. */
  public record View(List<Backend> backends, CurrentDemand demand) {

    List<Server> servers() {
      return backends.stream().flatMap(backend -> backend.servers().stream()).toList();
    }

    /** By name; else by address, where names are the operator's own. */
    Optional<Server> serverOf(Instance instance) {
      String address = instance.host() + ":" + instance.port();
      return servers().stream()
          .filter(server -> server.name().equals(instance.name()))
          .findFirst()
          .or(() ->
              servers().stream().filter(server -> server.address().equals(address)).findFirst());
    }
  }
}
