package org.pgdeeplake.benchmarks.scenario;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.benchmarks.BenchFailed;
import org.pgdeeplake.benchmarks.load.Load;
import org.pgdeeplake.benchmarks.load.LoadProcess;
import org.pgdeeplake.benchmarks.measure.Metric;
import org.pgdeeplake.benchmarks.measure.Sample;
import org.pgdeeplake.benchmarks.peer.Peer;
import org.pgdeeplake.benchmarks.peer.RunningPeer;
import org.pgdeeplake.benchmarks.peer.Setup;
import org.pgdeeplake.benchmarks.postgres.PgBench;
import org.pgdeeplake.benchmarks.postgres.ThrowawayPostgres;
import org.pgdeeplake.benchmarks.process.Directories;
import org.pgdeeplake.benchmarks.process.Ports;

/** What scenarios have in common: the load, the servers, where samples go. One thread. */
public final class Bench implements AutoCloseable {
  /** Seconds of load before a peer's first measurement, about: {@link Warming}. */
  static final double WARM_UP = 10;

  private static final int MAX_CONNECTIONS = 1_100;

  private final Plan plan;
  private final Directories directories;
  private final Load load;
  private final Consumer<Sample> samples;
  private final BiConsumer<String, String> notes;
  private final Progress progress;
  private String scenario = "";
  private @Nullable ThrowawayPostgres postgres;
  private int echoPort;

  /**
   * @param directory new; everything that is written during the run goes there
   * @param notes what is no number: the scenario and what it is, and what it says
   */
  public Bench(
      Plan plan,
      Path directory,
      Consumer<Sample> samples,
      BiConsumer<String, String> notes,
      Progress progress) {
    this.plan = plan;
    this.directories = new Directories(directory);
    this.load = new Load(directories);
    this.samples = samples;
    this.notes = notes;
    this.progress = progress;
  }

  public void run(Scenario next) throws BenchFailed, InterruptedException {
    scenario = next.name();
    progress.begin(next);
    next.run(this);
    progress.end(next);
  }

  public Plan plan() {
    return plan;
  }

  Progress progress() {
    return progress;
  }

  /** One step of a scenario, for one peer in one round. */
  interface Step {
    void measure(RunningPeer peer, int round) throws BenchFailed, InterruptedException;
  }

  /** All peers started and warm, then measured in all rounds. */
  void interleave(List<Peer> peers, int serverPort, Optional<Path> tls, Step warmUp, Step step)
      throws BenchFailed, InterruptedException {
    List<RunningPeer> started = new ArrayList<>();
    try {
      for (Peer peer : peers) {
        progress.step("starting and warming up " + peer.name());
        RunningPeer running = start(peer, serverPort, tls);
        started.add(running);
        warmUp.measure(running, 0);
      }
      int round = 0;
      for (List<RunningPeer> order : plan.roundsOf(scenario).orders(started)) {
        round++;
        for (RunningPeer peer : order) {
          progress.step("round %d of %d, %s".formatted(round, plan.rounds(), peer.name()));
          step.measure(peer, round);
        }
      }
    } finally {
      started.forEach(RunningPeer::close);
    }
  }

  /** One step of a scenario in which each measurement has a process of its own. */
  interface ColdStep {
    void measure(Peer peer, int round) throws BenchFailed, InterruptedException;
  }

  void interleaveCold(List<Peer> peers, ColdStep step) throws BenchFailed, InterruptedException {
    int round = 0;
    for (List<Peer> order : plan.roundsOf(scenario).orders(peers)) {
      round++;
      for (Peer peer : order) {
        progress.step("round %d of %d, %s".formatted(round, plan.rounds(), peer.name()));
        step.measure(peer, round);
      }
    }
  }

  /** Ready for clients. */
  RunningPeer start(Peer peer, int serverPort, Optional<Path> tls)
      throws BenchFailed, InterruptedException {
    return peer.startReady(setup(peer, serverPort, tls));
  }

  /** Accepts connections, and need not be ready for many of them. */
  RunningPeer launch(Peer peer, int serverPort, Optional<Path> tls)
      throws BenchFailed, InterruptedException {
    return peer.start(setup(peer, serverPort, tls));
  }

  private Setup setup(Peer peer, int serverPort, Optional<Path> tls) throws BenchFailed {
    return new Setup(newDirectory(peer.name()), serverPort, tls);
  }

  void record(String variant, String peer, int round, Metric metric, double value) {
    samples.accept(new Sample(scenario, variant, metric, peer, round, value));
  }

  void note(String what, String words) {
    notes.accept(scenario + "." + what, words);
  }

  /** Of the run's directory; unique. */
  Path newDirectory(String name) throws BenchFailed {
    return directories.create(name);
  }

  LoadProcess client() throws BenchFailed {
    return load.client();
  }

  LoadProcess server() throws BenchFailed {
    return load.server();
  }

  /** Where the load's server listens, which is always there. */
  int echoPort() throws BenchFailed, InterruptedException {
    if (echoPort == 0) {
      int port = Ports.free();
      server().ask("listen port=" + port);
      echoPort = port;
    }
    return echoPort;
  }

  /** It runs, and has pgbench's tables. */
  ThrowawayPostgres postgres() throws BenchFailed, InterruptedException {
    if (postgres == null) {
      progress.step("creating a PostgreSQL");
      ThrowawayPostgres created =
          ThrowawayPostgres.create(newDirectory("postgresql"), MAX_CONNECTIONS);
      postgres = created;
      created.start();
      PgBench.initialise(created.port(), plan.size(10, 1));
    }
    return postgres;
  }

  @Override
  public void close() {
    load.close();
    if (postgres != null) {
      postgres.close();
    }
  }
}
