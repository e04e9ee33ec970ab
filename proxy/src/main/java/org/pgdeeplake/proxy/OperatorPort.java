package org.pgdeeplake.proxy;

import java.util.List;
import java.util.Objects;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.proxy.admin.AdminServer;
import org.pgdeeplake.proxy.config.HostPort;
import org.pgdeeplake.proxy.config.ProxyConfig;
import org.pgdeeplake.proxy.console.ConsoleServer;
import org.pgdeeplake.proxy.net.Listener;
import org.pgdeeplake.proxy.net.Transport;
import org.pgdeeplake.proxy.scaler.ScalerServer;

/**
 * An address that is not for clients.
 *
 * @param name of its section
 * @param bind null: it is closed
 * @param listen from now on there, as the configuration says; for each one that has the port
 */
record OperatorPort(
    String name,
    Function<ProxyConfig, @Nullable HostPort> bind,
    Ports.Opener opener,
    BiConsumer<Listener, ProxyConfig> listen) {
  /**
   * Those that a reload may move; what listens there stays. Each server is asked for when its port
   * is opened, since the admin server is made last.
   */
  static List<OperatorPort> all(
      EventLoops loops,
      Transport transport,
      Supplier<AdminServer> admin,
      Supplier<ScalerServer> scaler,
      Supplier<ConsoleServer> console) {
    return List.of(
        new OperatorPort(
            "admin",
            config -> config.admin().bind(),
            bind -> Listener.bind(bind, loops.admin(), transport),
            (listener, config) -> admin.get().listen(listener)),
        new OperatorPort(
            "scaler",
            config -> config.scaler() == null ? null : config.scaler().bind(),
            bind -> Listener.bind(bind, scaler.get().loops(), transport),
            (listener, config) -> scaler.get().listen(listener)),
        new OperatorPort(
            "console",
            config -> config.console() == null ? null : config.console().bind(),
            bind -> Listener.bind(bind, loops.admin(), transport),
            (listener, config) ->
                console
                    .get()
                    .listen(listener, Objects.requireNonNull(config.console()).credentials())));
  }

  Ports.Owner owner() {
    return new Ports.Owner(name, "");
  }
}
