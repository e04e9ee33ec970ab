package org.pgdeeplake.benchmarks.peer;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.pgdeeplake.benchmarks.BenchFailed;
import org.pgdeeplake.benchmarks.process.Ports;
import org.pgdeeplake.benchmarks.process.Programs;

/**
 * This project's proxy, as users start it: bin/pg-proxy with the flags it ships with.
 *
 * @param root of the project
 * @param transport as the configuration calls it
 * @param threads event loops; 0: as shipped, one for each processor
 * @param servers of its backend, all of them the one that there is
 */
public record Ours(Path root, String transport, int threads, int servers) implements Peer {
  /** With as many event loops as processors. */
  public Ours(Path root, String transport) {
    this(root, transport, 0, 1);
  }

  public Ours withThreads(int count) {
    return new Ours(root, transport, count, servers);
  }

  public Ours withServers(int count) {
    return new Ours(root, transport, threads, count);
  }

  @Override
  public String name() {
    return "ours-" + transport + (threads == 0 ? "" : "-" + threads);
  }

  private String configuration(int port, String tls, int serverPort, int admin) {
    String list =
        IntStream.rangeClosed(1, servers)
            .mapToObj(i -> "{ name = pg-%d, address = \"127.0.0.1:%d\" }".formatted(i, serverPort))
            .collect(Collectors.joining("\n"));
    return """
    proxy {
      transport = %s
      threads = %d
      frontends { pg { bind = "127.0.0.1:%d", default-backend = pg%s } }
      backends { pg { servers = [ %s ] } }
      admin { bind = "127.0.0.1:%d" }
      log { level = warn, sessions = false }
      shutdown { drain-timeout = 0s }
    }
    """
        .formatted(transport, threads, port, tls, list, admin);
  }

  private String program() {
    return root.resolve("bin/pg-proxy").toString();
  }

  /** The proxy itself says whether it knows the transport. */
  @Override
  public Optional<String> missing() throws BenchFailed, InterruptedException {
    try {
      Path file = Files.createTempFile("pg-benchmarks", ".conf");
      // Ctrl-C may come meanwhile.
      file.toFile().deleteOnExit();
      try {
        Files.writeString(file, configuration(1, "", 2, 3));
        var check = Programs.run(List.of(program(), "--check", "--config", file.toString()));
        return check.code() == 0
            ? Optional.empty()
            : Optional.of(
                "bin/pg-proxy does not take transport = %s: %s"
                    .formatted(transport, check.output().strip().replace('\n', ' ')));
      } finally {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      throw new BenchFailed("cannot write a configuration to try: " + e.getMessage(), e);
    }
  }

  @Override
  public String version() throws BenchFailed, InterruptedException {
    return Programs.output(List.of(program(), "--version")).lines().findFirst().orElse("");
  }

  @Override
  public String settings() {
    String loops = threads == 0 ? "" : ", threads = " + threads;
    return "transport = "
        + transport
        + loops
        + ", no log of sessions; else as shipped, with the class data of --train";
  }

  @Override
  public Set<Ability> abilities() {
    return EnumSet.allOf(Ability.class);
  }

  @Override
  public RunningPeer start(Setup setup) throws BenchFailed, InterruptedException {
    int port = Ports.free();
    int admin = Ports.free();
    String tls =
        setup
            .tls()
            .map(pem -> ", tls { mode = terminate, certificate = \"%s\" }".formatted(pem))
            .orElse("");
    Path file =
        Launch.write(setup, "proxy.conf", configuration(port, tls, setup.serverPort(), admin));
    return Launch.start(
        this, setup, port, OptionalInt.of(admin), List.of(program(), "--config", file.toString()));
  }
}
