package org.pgdeeplake.proxy.config;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.proxy.config.BackendConfig.ServerConfig;

/** The keys of a backend's {@code discovery}. */
final class DiscoveryReader {
  static final String DNS = "dns";
  private static final String NAMESERVER = "nameserver";

  private DiscoveryReader() {}

  static DiscoveryConfig read(Section section) {
    DiscoveryConfig discovery =
        new DiscoveryConfig(
            dns(section),
            section.duration("interval"),
            nameserver(section),
            section.number("max-connections", 0, Integer.MAX_VALUE),
            section.flag("send-proxy-protocol"));
    section.refuseOtherKeys();
    return discovery;
  }

  /** Empty, too, where it is wrong. */
  private static String dns(Section section) {
    String text = section.optionalText(DNS);
    if (text.isEmpty()) {
      return "";
    }
    try {
      if (ServerTemplate.isOne(text)) {
        var _ = ServerTemplate.parse(text);
      } else {
        HostPort name = Address.parse(text, 1);
        if (isLiteral(name)) {
          throw new BadValue(
              Value.quoted(text) + " is an address, not a name; write it into servers");
        }
      }
      return text;
    } catch (BadValue e) {
      section.problem(DNS, e.getMessage());
      return "";
    }
  }

  private static @Nullable HostPort nameserver(Section section) {
    String text = section.optionalText(NAMESERVER);
    if (text.isEmpty()) {
      return null;
    }
    try {
      HostPort server = Address.parse(text, 1);
      if (!isLiteral(server)) {
        throw new BadValue(
            Value.quoted(text) + " is not an address; write one, such as 10.96.0.10:53");
      }
      return server;
    } catch (BadValue e) {
      section.problem(NAMESERVER, e.getMessage());
      return null;
    }
  }

  private static boolean isLiteral(HostPort address) {
    return Address.isIpv4(address.host()) || address.host().indexOf(':') >= 0;
  }

  /** Those that a template stands for; of a name they are found later. */
  static List<ServerConfig> servers(Section section, DiscoveryConfig discovery) {
    if (!ServerTemplate.isOne(discovery.dns())) {
      return List.of();
    }
    try {
      return ServerTemplate.parse(discovery.dns()).stream()
          .map(address ->
              new ServerConfig(
                  ServerTemplate.label(address),
                  address,
                  discovery.maxConnections(),
                  discovery.sendProxyProtocol()))
          .toList();
    } catch (BadValue e) {
      section.problem(DNS, e.getMessage());
      return List.of();
    }
  }
}
