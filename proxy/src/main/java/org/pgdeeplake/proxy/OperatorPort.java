package org.pgdeeplake.proxy;

import java.util.function.BiConsumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.proxy.config.HostPort;
import org.pgdeeplake.proxy.config.ProxyConfig;
import org.pgdeeplake.proxy.net.Listener;

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
  Ports.Owner owner() {
    return new Ports.Owner(name, "");
  }
}
