package org.pgdeeplake.benchmarks.scenario;

import org.pgdeeplake.benchmarks.BenchFailed;
import org.pgdeeplake.benchmarks.load.Answer;
import org.pgdeeplake.benchmarks.measure.Metric;
import org.pgdeeplake.benchmarks.peer.RunningPeer;

/** Measurements with the load's own client and server. */
final class RawLoad {
  private static final int WIDTH = 8;
  private static final double BULK_WARM_UP_SECONDS = 1;
  private static final Metric FAILED = Metric.fact("failed", "");

  private RawLoad() {}

  /** How clients connect. */
  enum Security {
    PLAIN(""),
    /** Every handshake is a full one. */
    TLS(" tls=full"),
    /** Sessions are resumed. */
    RESUMED(" tls=resumed");

    private final String arguments;

    Security(String arguments) {
      this.arguments = arguments;
    }
  }

  /** Connections first, then bytes: both paths of a peer. */
  static void warmUp(Bench bench, RunningPeer peer, Security security)
      throws BenchFailed, InterruptedException {
    Warming.up(bench, peer, seconds -> churn(bench, peer, security, seconds).number("done"));
    for (String way : new String[] {"down", "up"}) {
      bulk(bench, peer, security, way, bench.plan().seconds(BULK_WARM_UP_SECONDS));
    }
  }

  private static Answer churn(Bench bench, RunningPeer peer, Security security, double seconds)
      throws BenchFailed, InterruptedException {
    return bench
        .client()
        .ask(
            "churn port=%d width=%d seconds=%s%s"
                .formatted(peer.port(), WIDTH, seconds, security.arguments));
  }

  private static Answer bulk(
      Bench bench, RunningPeer peer, Security security, String way, double seconds)
      throws BenchFailed, InterruptedException {
    return bench
        .client()
        .ask(
            "bulk port=%d direction=%s seconds=%s%s"
                .formatted(peer.port(), way, seconds, security.arguments));
  }

  /**
   * Connect, one exchange, close; eight at once.
   *
   * @return the peer's processor time for each, in microseconds
   */
  static double connections(
      Bench bench, RunningPeer peer, int round, String variant, Security security, double seconds)
      throws BenchFailed, InterruptedException {
    long before = peer.cpuMicros();
    var answer = churn(bench, peer, security, seconds);
    long cpu = peer.cpuMicros() - before;
    double done = answer.number("done");
    if (done == 0) {
      throw new BenchFailed(peer.name() + ": not one connection came to its end");
    }
    double perConnection = cpu / done;
    bench.record(variant, peer.name(), round, Figures.CONNECTIONS, done / answer.number("seconds"));
    if (peer.child().isPresent()) {
      bench.record(variant, peer.name(), round, Figures.CPU_PER_CONNECTION, perConnection);
    }
    double failed = answer.number("failed");
    if (failed > 0) {
      bench.record(variant, peer.name(), round, FAILED, failed);
    }
    if (security != Security.PLAIN) {
      bench.record(
          variant,
          peer.name(),
          round,
          Metric.fact("received per connection", "bytes"),
          answer.number("handshake"));
    }
    return perConnection;
  }

  /** As {@link #connections}, in plain text; nothing is recorded. */
  static double connectionCost(Bench bench, RunningPeer peer, double seconds)
      throws BenchFailed, InterruptedException {
    long before = peer.cpuMicros();
    double done = churn(bench, peer, Security.PLAIN, seconds).number("done");
    if (done == 0) {
      throw new BenchFailed(peer.name() + ": not one connection came to its end");
    }
    return (peer.cpuMicros() - before) / done;
  }

  static void transfer(
      Bench bench,
      RunningPeer peer,
      int round,
      String variant,
      Security security,
      String way,
      double seconds)
      throws BenchFailed, InterruptedException {
    long before = peer.cpuMicros();
    var answer = bulk(bench, peer, security, way, seconds);
    long cpu = peer.cpuMicros() - before;
    double gigabytes = answer.number("bytes") / 1e9;
    bench.record(variant, peer.name(), round, Figures.RATE, gigabytes / answer.number("seconds"));
    if (peer.child().isPresent()) {
      bench.record(variant, peer.name(), round, Figures.CPU_PER_GB, cpu / 1e6 / gigabytes);
    }
  }
}
