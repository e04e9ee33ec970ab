package org.pgdeeplake.benchmarks.measure;

import static org.pgdeeplake.benchmarks.measure.Target.Direction.AT_LEAST;
import static org.pgdeeplake.benchmarks.measure.Target.Direction.AT_MOST;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.pgdeeplake.benchmarks.measure.Target.Direction;

/** What the proxy shall reach, side by side in one run. */
public final class Targets {
  private static final String HAPROXY = "haproxy";
  private static final String EPOLL = "ours-epoll";
  private static final String URING_ONE_LOOP = "ours-io_uring-1";

  private final List<Target> all = new ArrayList<>();

  private Targets() {}

  public static List<Target> all() {
    Targets targets = new Targets();
    targets.transactions();
    targets.bulk();
    targets.connections();
    targets.tls();
    targets.figures();
    return List.copyOf(targets.all);
  }

  private void transactions() {
    for (String[] load : new String[][] {{"latency", "c=1"}, {"throughput", "c=16"}}) {
      String of = "CPU per transaction, " + load[1];
      ratio(of + ", epoll", load[0], load[1], "CPU/tx", EPOLL, AT_MOST, 1.0, 0.9);
      ratio(
          of + ", io_uring, one loop",
          load[0],
          load[1],
          "CPU/tx",
          URING_ONE_LOOP,
          AT_MOST,
          0.85,
          0.8);
    }
    ratio("latency c=1", "latency", "c=1", "latency", EPOLL, AT_MOST, 1.0, 0.9);
    ratio("TPS c=16", "throughput", "c=16", "tps", EPOLL, AT_LEAST, 1.0, 1.05);
  }

  private void bulk() {
    for (String way : List.of("down", "up")) {
      String of = "bulk " + way;
      ratio(of + " CPU per GB, epoll", "bulk", way, "CPU/GB", EPOLL, AT_MOST, 0.75, 0.6);
      ratio(of + " CPU per GB, io_uring", "bulk", way, "CPU/GB", URING_ONE_LOOP, AT_MOST, 0.6, 0.5);
      ratio(of + " GB/s, epoll", "bulk", way, "rate", EPOLL, AT_LEAST, 1.3, 1.5);
      ratio(of + " GB/s, io_uring", "bulk", way, "rate", URING_ONE_LOOP, AT_LEAST, 1.6, 1.8);
    }
  }

  private void connections() {
    ratio("CPU per connection, warm", "churn", "raw", "CPU/conn", EPOLL, AT_MOST, 1.15, 1.0);
    figure(
        "CPU per connection, first 10 s ÷ own warm",
        "cold",
        "connections",
        "cold over warm",
        2,
        1.3);
    figure(
        "CPU per transaction, first 10 s ÷ own warm",
        "cold",
        "transactions",
        "cold over warm",
        2,
        1.3);
  }

  private void tls() {
    for (String way : List.of("bulk down", "bulk up")) {
      ratio("TLS " + way + " CPU", "tls", way, "CPU/GB", EPOLL, AT_MOST, 0.65, 0);
    }
    ratio("TLS handshake ECDSA, CPU", "tls", "ECDSA P-256", "CPU/conn", EPOLL, AT_MOST, 0.85, 0);
    ratio("TLS handshake RSA, CPU", "tls", "RSA-2048", "CPU/conn", EPOLL, AT_MOST, 1.4, 1.1);
  }

  private void figures() {
    figure("memory with 9,500 idle sessions, MB", "idle", "9500", "memory", 130, 100);
    figure("process start to first session, ms", "start", "process", "first session", 180, 120);
    figure("queue drain of 1,000, s", "queue", "1000 echo", "drain", 0.2, 0);
    figure("queue drain of 5,000, s", "queue", "5000 echo", "drain", 0.8, 0);
    figure(
        "ready PostgreSQL to first row over a direct connect, ms",
        "wake",
        "kept data directory",
        "over direct",
        60,
        20);
  }

  /** To HAProxy's. */
  private void ratio(
      String item,
      String scenario,
      String variant,
      String metric,
      String peer,
      Direction direction,
      double bound,
      double stretch) {
    all.add(
        new Target(
            item, scenario, variant, metric, peer, HAPROXY, direction, bound, optional(stretch)));
  }

  private void figure(
      String item, String scenario, String variant, String metric, double bound, double stretch) {
    all.add(
        new Target(item, scenario, variant, metric, EPOLL, "", AT_MOST, bound, optional(stretch)));
  }

  private static Optional<Double> optional(double stretch) {
    return stretch == 0 ? Optional.empty() : Optional.of(stretch);
  }
}
