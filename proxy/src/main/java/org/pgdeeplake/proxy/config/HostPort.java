package org.pgdeeplake.proxy.config;

/**
 * A host name or literal address and a TCP port, not yet resolved.
 *
 * @param host without brackets, also for IPv6
 * @param port 0 to 65535; 0 only where the system may choose (binds)
 */
public record HostPort(String host, int port) {
  public HostPort {
    if (host.isEmpty() || port < 0 || port > 65535) {
      throw new IllegalArgumentException(host + ":" + port);
    }
  }

  /** {@code host:port}, an IPv6 address in brackets. */
  @Override
  public String toString() {
    return host.indexOf(':') >= 0 ? "[" + host + "]:" + port : host + ":" + port;
  }
}
