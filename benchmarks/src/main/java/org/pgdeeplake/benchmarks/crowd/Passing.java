package org.pgdeeplake.benchmarks.crowd;

import org.pgdeeplake.benchmarks.BenchFailed;
import org.pgdeeplake.benchmarks.load.Answer;
import org.pgdeeplake.benchmarks.peer.Admin;
import org.pgdeeplake.benchmarks.peer.RunningPeer;
import org.pgdeeplake.benchmarks.process.Ports;

/** Connections that are opened and closed, by the million; nothing may be left of them. */
public final class Passing {
  public static final int DEFAULT = 1_000_000;

  /** At once. */
  private static final int WIDTH = 64;

  /**
   * The first tenth compiles code and fills pools; what is there then must be enough for the rest.
   */
  private static final int PARTS = 10;

  private static final int SLICE = 10_000;

  /**
   * What a heap's live part may differ by from look to look. Less than that, shared among all
   * connections after the first tenth, could be kept for each and would not show.
   */
  private static final long MEMORY_MARGIN = 4_000_000;

  /** Threads that the JVM and Netty start when they first need them, such as that of jcmd. */
  private static final int LATE_THREADS = 2;

  private static final double AT_ONCE_SECONDS = 1;

  private final Ground ground;
  private final int count;
  private final Tally tally = new Tally();

  public Passing(Ground ground, int count) {
    this.ground = ground;
    this.count = count;
  }

  /** Of all slices. */
  private static final class Tally {
    private long passed;
    private long served;
    private long errors;
    private double worstP99;
    private double slowest;

    void add(int connections, Answer answer) throws BenchFailed {
      passed += connections;
      errors += answer.count("errors");
      served += answer.count("served");
      if (answer.count("served") > 0) {
        worstP99 = Math.max(worstP99, answer.number("p99") / 1e6);
        slowest = Math.max(slowest, answer.number("slowest") / 1e6);
      }
    }
  }

  public void churned(Finding finding) throws BenchFailed, InterruptedException {
    int server = Ports.free();
    ground.server("listen port=" + server);
    try (RunningPeer proxy = ground.proxy(server);
        Admin admin = new Admin(proxy)) {
      ground.secondsForOne(proxy);
      long idle = Footprint.of(proxy, admin).descriptors();
      long began = System.nanoTime();
      int first = Math.max(1, count / PARTS);
      pass(proxy, first);
      finding.require(ground.empties(proxy, admin, idle), "files remain after the first tenth");
      Footprint before = Footprint.of(proxy, admin);
      pass(proxy, count - first);
      double took = (System.nanoTime() - began) / 1e9;
      double next = ground.secondsForOne(proxy);
      finding.require(
          ground.empties(proxy, admin, before.descriptors()), "sessions or files remain");
      tell(finding, took, next);
      compare(finding, before, Footprint.of(proxy, admin));
      finding.figure("what would not have shown", unseen(count - first));
      Bugs.requireNone(finding, proxy, admin);
    }
  }

  private void pass(RunningPeer proxy, int connections) throws BenchFailed, InterruptedException {
    ground.telling().step("%,d connections opened and closed".formatted(connections));
    for (int left = connections; left > 0; left -= SLICE) {
      int slice = Math.min(SLICE, left);
      tally.add(
          slice,
          ground.client("pass port=%d count=%d width=%d".formatted(proxy.port(), slice, WIDTH)));
      ground.telling().part("opened and closed", connections - left + slice, connections);
    }
  }

  private void tell(Finding finding, double took, double next) throws BenchFailed {
    finding
        .figure(
            "connections",
            "%,d: not a word and FIN, not a word and RST, StartupMessage and FIN, SSLRequest and FIN,"
                    .formatted(tally.passed)
                + " a session that is open and left without Terminate; %d at once".formatted(WIDTH))
        .figure("within", "%.0f s, %,.0f/s".formatted(took, tally.passed / took))
        .figure("failed", tally.errors)
        .figure(
            "sessions among them, to ReadyForQuery",
            "%,d; of %,d connections the worst p99 %.0f ms; the slowest %.0f ms"
                .formatted(tally.served, SLICE, tally.worstP99, tally.slowest))
        .figure("the next client's row after the last", "%.3f s".formatted(next))
        .require(tally.errors == 0, tally.errors + " failed: " + ground.clientSaid())
        .require(next < AT_ONCE_SECONDS, "the next client waited for %.1f s".formatted(next));
  }

  private static String unseen(int connections) {
    return "up to %s more of the heap, or of buffers: %,.1f bytes for each of the other %,d"
        .formatted(
            Footprint.megabytes(MEMORY_MARGIN),
            (double) MEMORY_MARGIN / Math.max(1, connections),
            connections);
  }

  private static void compare(Finding finding, Footprint before, Footprint after) {
    finding
        .figure("the proxy after a tenth of them", before.words())
        .figure("after all", after.words())
        .require(after.descriptors() <= before.descriptors(), "more files are open than before")
        .require(
            after.threads() <= before.threads() + LATE_THREADS,
            "there are more threads than before")
        .require(after.heap() <= before.heap() + MEMORY_MARGIN, "more of the heap lives")
        .require(after.buffers() <= before.buffers() + MEMORY_MARGIN, "there are more buffers");
  }
}
