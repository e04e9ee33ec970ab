package org.pgdeeplake.proxy.config;

import java.net.InetAddress;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.proxy.config.BackendConfig.ServerConfig;

/**
 * How the servers of a backend are found.
 *
 * @param dns empty: they are listed; else {@code host:port}, of which every address is a server, or
 *     the same with {@code {first..last}} in it, which stands for a name for each server
 * @param interval as of {@link NameLookup}
 * @param nameserver of literal address; null: the system's
 * @param maxConnections of each server; 0 is no limit
 */
public record DiscoveryConfig(
    String dns,
    Duration interval,
    @Nullable HostPort nameserver,
    int maxConnections,
    boolean sendProxyProtocol) {
  /** Servers are listed. */
  public static final DiscoveryConfig NONE =
      new DiscoveryConfig("", Duration.ofSeconds(5), null, 0, false);

  /** How the names of servers are resolved. */
  public NameLookup lookup() {
    return dns.isEmpty() ? NameLookup.SYSTEM : new NameLookup(nameserver, interval);
  }

  /** The name whose addresses are the servers, and their port; null: no such name. */
  public @Nullable HostPort followed() {
    if (dns.isEmpty() || ServerTemplate.isOne(dns)) {
      return null;
    }
    try {
      return Address.parse(dns, 1);
    } catch (BadValue e) {
      throw new IllegalStateException(e);
    }
  }

  /** The server at that address of the {@link #followed} name, which is called by its address. */
  public ServerConfig server(InetAddress address, int port) {
    String text = address.getHostAddress();
    return new ServerConfig(text, new HostPort(text, port), maxConnections, sendProxyProtocol);
  }
}
