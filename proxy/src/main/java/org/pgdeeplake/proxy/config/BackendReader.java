package org.pgdeeplake.proxy.config;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.pgdeeplake.proxy.config.BackendConfig.QueueConfig;
import org.pgdeeplake.proxy.config.BackendConfig.ServerConfig;
import org.pgdeeplake.proxy.config.BackendConfig.Timeouts;

/** The keys of a backend. */
final class BackendReader {
  /** HAProxy's statistics have rows of these names. */
  private static final Set<String> RESERVED = Set.of("FRONTEND", "BACKEND");

  private BackendReader() {}

  static BackendConfig read(String name, Section section, TlsReader tls) {
    section.oneOf("balance", List.of("roundrobin"));
    List<ServerConfig> servers = servers(section.list("servers"));
    Section discovered = section.section("discovery");
    DiscoveryConfig discovery = DiscoveryReader.read(discovered);
    if (!servers.isEmpty() && !discovery.dns().isEmpty()) {
      discovered.problem(
          DiscoveryReader.DNS,
          "there are servers, too ("
              + section.where("servers").place()
              + "); write one of the two");
    }
    BackendConfig backend =
        new BackendConfig(
            name,
            servers.isEmpty() ? DiscoveryReader.servers(discovered, discovery) : servers,
            check(section.section("check")),
            queue(section.section("queue")),
            timeouts(section.section("timeouts")),
            section.number("retries", 0, Integer.MAX_VALUE),
            section.flag("redispatch"),
            tls.backend(section.section("tls")),
            discovery);
    section.refuseOtherKeys();
    return backend;
  }

  private static List<ServerConfig> servers(List<Section> sections) {
    List<ServerConfig> servers = new ArrayList<>();
    Map<String, Place> names = new HashMap<>();
    for (Section section : sections) {
      ServerConfig server = server(section);
      servers.add(server);
      if (section.good("name")) {
        Place first = names.putIfAbsent(server.name(), section.where("name").place());
        if (first != null) {
          section.problem(
              "name",
              "another server is called " + server.name() + " (" + first + "); write another name");
        }
      }
    }
    return servers;
  }

  private static ServerConfig server(Section section) {
    ServerConfig server =
        new ServerConfig(
            section.name("name", "pg-deeplake-1"),
            section.address("address", 1, "pg-deeplake-1:5432"),
            section.has("max-connections")
                ? section.number("max-connections", 0, Integer.MAX_VALUE)
                : 0,
            section.has("send-proxy-protocol") && section.flag("send-proxy-protocol"));
    if (RESERVED.contains(server.name())) {
      section.problem("name", server.name() + " means something else in statistics; write another");
    }
    section.refuseOtherKeys();
    return server;
  }

  private static CheckConfig check(Section section) {
    CheckConfig check =
        new CheckConfig(
            section.choice("type", CheckConfig.Type.class),
            section.text("user", "postgres"),
            section.duration("inter"),
            section.duration("fastinter"),
            section.duration("timeout"),
            section.number("rise", 1, Integer.MAX_VALUE),
            section.number("fall", 1, Integer.MAX_VALUE),
            section.choice("on-marked-down", CheckConfig.OnMarkedDown.class));
    if (section.good("inter")
        && section.good("fastinter")
        && check.fastinter().compareTo(check.inter()) > 0) {
      // Of the two, the one that the user wrote; our default may be the other.
      if (section.where("fastinter").place().isReference()) {
        section.problem(
            "inter",
            "shorter than the default of fastinter ("
                + shown(check.fastinter())
                + "); write fastinter too");
      } else {
        section.problem(
            "fastinter", "longer than inter (" + shown(check.inter()) + "); write at most that");
      }
    }
    section.refuseOtherKeys();
    return check;
  }

  private static QueueConfig queue(Section section) {
    QueueConfig queue =
        new QueueConfig(
            section.number("limit", 1, Integer.MAX_VALUE),
            section.number("limit-per-client", 0, Integer.MAX_VALUE),
            section.number("release-concurrency", 1, Integer.MAX_VALUE));
    section.refuseOtherKeys();
    return queue;
  }

  private static Timeouts timeouts(Section section) {
    Timeouts timeouts =
        new Timeouts(
            section.duration("connect"),
            section.duration("server"),
            section.durationOrZero("server-fin"),
            section.duration("queue"));
    section.refuseOtherKeys();
    return timeouts;
  }

  private static String shown(Duration duration) {
    return duration.toMillis() + "ms";
  }
}
