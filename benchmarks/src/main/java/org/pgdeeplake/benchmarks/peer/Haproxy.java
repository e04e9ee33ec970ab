package org.pgdeeplake.benchmarks.peer;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.pgdeeplake.benchmarks.BenchFailed;
import org.pgdeeplake.benchmarks.process.Ports;
import org.pgdeeplake.benchmarks.process.Programs;

/** HAProxy in mode tcp. */
public record Haproxy() implements Peer {
  @Override
  public String name() {
    return "haproxy";
  }

  @Override
  public Optional<String> missing() {
    return Programs.find("haproxy").isPresent()
        ? Optional.empty()
        : Optional.of("haproxy is not installed");
  }

  @Override
  public String version() throws BenchFailed, InterruptedException {
    return Programs.output(List.of(Programs.require("haproxy").toString(), "-v"))
        .lines()
        .findFirst()
        .orElse("")
        .replaceAll(" - http.*", "");
  }

  @Override
  public String settings() {
    return "mode tcp, nbthread 2, pgsql-check every 2 s, no log";
  }

  @Override
  public Set<Ability> abilities() {
    return Ability.LAYER_4;
  }

  @Override
  public RunningPeer start(Setup setup) throws BenchFailed, InterruptedException {
    int port = Ports.free();
    String tls = setup.tls().map(pem -> " ssl crt " + pem + " alpn postgresql").orElse("");
    var file =
        Launch.write(
            setup,
            "haproxy.cfg",
            """
            global
              nbthread 2
              maxconn %1$d
            defaults
              mode tcp
              maxconn %1$d
              timeout connect 10s
              timeout client 1h
              timeout server 1h
              timeout queue 120s
            frontend pg
              bind 127.0.0.1:%2$d%3$s
              default_backend pg
            backend pg
              option pgsql-check user postgres
              server pg 127.0.0.1:%4$d check inter 2s
            """
                .formatted(Setup.SESSIONS, port, tls, setup.serverPort()));
    String program = Programs.require("haproxy").toString();
    return Launch.start(this, setup, port, List.of(program, "-db", "-q", "-f", file.toString()));
  }
}
