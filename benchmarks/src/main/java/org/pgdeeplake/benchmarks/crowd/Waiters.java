package org.pgdeeplake.benchmarks.crowd;

import org.pgdeeplake.benchmarks.BenchFailed;
import org.pgdeeplake.benchmarks.load.Answer;
import org.pgdeeplake.benchmarks.peer.Admin;
import org.pgdeeplake.benchmarks.peer.RunningPeer;
import org.pgdeeplake.benchmarks.process.Ports;

/** Many wait while no server runs; one comes, and each gets its rows, not all at once. */
public final class Waiters {
  public static final int DEFAULT = 5_000;

  /** What PostgreSQL takes for a new process and its authentication, about. */
  private static final int GREETING_MILLIS = 5;

  /** queue.release-concurrency, as shipped. */
  private static final int PACE = 32;

  /** Health checks, which the server cannot tell from sessions. */
  private static final int CHECKS = 2;

  private static final int PART = 250;

  private final Ground ground;
  private final int count;

  public Waiters(Ground ground, int count) {
    this.ground = ground;
    this.count = count;
  }

  public void released(Finding finding) throws BenchFailed, InterruptedException {
    int server = Ports.free();
    try (RunningPeer proxy = ground.proxy(server);
        Admin admin = new Admin(proxy)) {
      long descriptors = Footprint.of(proxy, admin).descriptors();
      gather(proxy, admin);
      ground.telling().step("the server comes");
      ground.server("listen port=%d greeting=%d".formatted(server, GREETING_MILLIS));
      Answer served = ground.client("settle seconds=110");
      Answer seen = ground.server("first port=" + server);
      tell(finding, served, seen);
      ground.client("release");
      finding.require(
          ground.empties(proxy, admin, descriptors), "sessions, waiters or files remain");
      Bugs.requireNone(finding, proxy, admin);
    }
  }

  private void gather(RunningPeer proxy, Admin admin) throws BenchFailed, InterruptedException {
    ground.telling().step("%,d clients come, and no server runs".formatted(count));
    ground.client("crowd port=%d width=128 until=accepted ask=atonce".formatted(proxy.port()));
    for (int done = 0; done < count; done += PART) {
      ground.client("gather count=" + Math.min(PART, count - done));
      ground.telling().part("came", Math.min(count, done + PART), count);
    }
    admin.awaitWaiting(count);
  }

  private void tell(Finding finding, Answer served, Answer seen) throws BenchFailed {
    long done = served.count("done");
    long failed = served.count("errors") + served.count("refused");
    long peak = seen.count("peak");
    finding
        .figure("clients that waited", count)
        .figure("got all their rows", done)
        .figure("failed or were refused", failed)
        .require(failed == 0, failed + " failed: " + ground.clientSaid())
        .require(done == count, "%,d of %,d got their rows".formatted(done, count));
    if (done > 0) {
      double appeared = seen.number("at");
      double last = (served.number("last") - appeared) / 1e9;
      finding
          .figure(
              "rows after the first connection that the server accepted",
              "first %.2f s, half of them %.2f s, last %.2f s"
                  .formatted(
                      (served.number("first") - appeared) / 1e9,
                      (served.number("median") - appeared) / 1e9,
                      last))
          .figure("served in a second", "%,.0f".formatted(done / last));
    }
    finding
        .figure(
            "at once on their way into the server, at most",
            "%d (queue.release-concurrency = %d, and health checks; the server answers after %d ms)"
                .formatted(peak, PACE, GREETING_MILLIS))
        .require(peak <= PACE + CHECKS, "not paced: %d at once".formatted(peak));
  }
}
