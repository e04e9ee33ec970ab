package org.pgdeeplake.proxy.backend;

import org.jspecify.annotations.Nullable;
import org.pgdeeplake.proxy.config.BackendConfig.ServerConfig;
import org.pgdeeplake.proxy.config.DiscoveryConfig;
import org.pgdeeplake.proxy.config.HostPort;
import org.pgdeeplake.proxy.tls.TlsConnector;

/**
 * Where a server is and how it is connected to, as its configuration says.
 *
 * @param discovery how its name is resolved, and whose address it is where one is followed
 * @param tls null: plain text
 */
record Endpoint(ServerConfig config, DiscoveryConfig discovery, @Nullable TlsConnector tls) {

  /**
   * @param at the server's address, or what it was when a session got it
   * @param own whether the proxy's own TLS is wanted; not for what is to go on as a client sends it
   * @param header for a server that asks for one
   */
  Destination destination(HostPort at, boolean own, ProxyHeader header) {
    HostPort followed = discovery.followed();
    return new Destination(
        at,
        discovery.lookup(),
        null,
        followed == null ? at : followed,
        own ? tls : null,
        config.sendProxyProtocol() ? header : null);
  }
}
