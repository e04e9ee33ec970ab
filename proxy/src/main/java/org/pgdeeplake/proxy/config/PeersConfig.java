package org.pgdeeplake.proxy.config;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The other proxies in front of the same servers.
 *
 * @param dns names, each with all its addresses, as {@code host} or {@code host:port} with commas
 *     between them; empty: there are none
 * @param port where they serve their API, for names without one; 0: that of this proxy's own
 * @param secret null only where there are none
 * @param interval between two words of a peer, at most
 * @param ttl a silent peer counts for so long
 */
public record PeersConfig(
    String dns, int port, @Nullable Secret secret, Duration interval, Duration ttl) {
  /** At once. */
  public static final int MAX = 64;

  public static final PeersConfig OFF =
      new PeersConfig("", 0, null, Duration.ofSeconds(1), Duration.ofSeconds(30));

  public boolean on() {
    return !dns.isEmpty();
  }

  /**
   * @param adminPort of this proxy
   */
  public List<HostPort> targets(int adminPort) {
    try {
      return targets(dns, port == 0 ? adminPort : port);
    } catch (BadValue e) {
      throw new IllegalStateException("was read before", e);
    }
  }

  static List<HostPort> targets(String dns, int port) throws BadValue {
    List<HostPort> targets = new ArrayList<>();
    for (String part : dns.split(",", -1)) {
      String name = part.strip();
      if (name.isEmpty()) {
        throw new BadValue(
            "there is an empty name; write names, or host:port, with commas between them");
      }
      boolean bare = name.endsWith("]") || !name.contains(":");
      HostPort target = Address.parse(bare ? name + ":1" : name, 1);
      targets.add(bare ? new HostPort(target.host(), port) : target);
    }
    if (targets.size() > MAX) {
      throw new BadValue("there are " + targets.size() + " names; at most " + MAX);
    }
    return targets;
  }
}
