package org.pgdeeplake.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.pgdeeplake.benchmarks.peer.Peer;
import org.pgdeeplake.benchmarks.postgres.PgBench;
import org.pgdeeplake.benchmarks.postgres.ThrowawayPostgres;
import org.pgdeeplake.benchmarks.process.Children;
import org.pgdeeplake.benchmarks.report.Environment;
import org.pgdeeplake.benchmarks.report.Machine;
import org.pgdeeplake.benchmarks.scenario.Plan;

/**
 * One run on this machine: its directory, and what is to be said about it.
 *
 * @param directory removed at the end
 */
record Run(Path directory) implements AutoCloseable {
  static Run open() throws BenchFailed {
    try {
      Path directory = Files.createTempDirectory("pg-benchmarks");
      // PostgreSQL and PgBouncer may run as another user.
      Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
      Run run = new Run(directory);
      Runtime.getRuntime().addShutdownHook(new Thread(run::interrupted, "remove-directory"));
      return run;
    } catch (IOException e) {
      throw new BenchFailed("cannot create a temporary directory: " + e.getMessage(), e);
    }
  }

  static void describe(Environment environment, Machine machine, Plan plan, List<String> arguments)
      throws BenchFailed, InterruptedException {
    environment
        .put("date", LocalDate.now(ZoneId.systemDefault()).toString())
        .put("quick", plan.quick() ? "yes" : "no")
        .put("command", ("benchmarks/run.sh " + String.join(" ", arguments)).strip())
        .put("rounds", Integer.toString(plan.rounds()))
        .put("seed", Long.toString(plan.seed()))
        .put("CPU", machine.cpu() + ", " + machine.processors() + " processors")
        .put("memory", machine.memory())
        .put("kernel", machine.kernel())
        .put("Java", System.getProperty("java.runtime.version"))
        .put("network", "loopback; clients, peers and servers share the processors");
    if (ThrowawayPostgres.missing().isEmpty()) {
      environment
          .put("PostgreSQL", ThrowawayPostgres.version() + ", fsync off")
          .put("pgbench", PgBench.version());
    }
  }

  /** Without the peers that cannot be measured here; they are told, and why. */
  static Plan present(Plan wanted, Environment environment)
      throws BenchFailed, InterruptedException {
    List<Peer> peers = new ArrayList<>();
    for (Peer peer : wanted.peers()) {
      Optional<String> missing = peer.missing();
      if (missing.isPresent()) {
        System.err.println("Left out: " + peer.name() + ", as " + missing.get());
        environment.put("left out." + peer.name(), missing.get());
      } else {
        peers.add(peer);
        environment.put("version." + peer.name(), peer.version());
        environment.put("settings." + peer.name(), peer.settings());
      }
    }
    return new Plan(wanted.rounds(), wanted.seed(), wanted.quick(), wanted.factor(), peers);
  }

  /** Hooks run at once; children write to the directory until they have ended. */
  private void interrupted() {
    Children.endAll();
    remove();
  }

  /** By whoever comes first; the other waits, and finds nothing. */
  private synchronized void remove() {
    if (!Files.exists(directory)) {
      return;
    }
    try (Stream<Path> tree = Files.walk(directory)) {
      for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    } catch (IOException | java.io.UncheckedIOException e) {
      System.err.println("cannot remove " + directory + ": " + e.getMessage());
    }
  }

  @Override
  public void close() {
    remove();
  }
}
