package org.pgdeeplake.benchmarks.crowd;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.pgdeeplake.benchmarks.BenchFailed;
import org.pgdeeplake.benchmarks.peer.Admin;
import org.pgdeeplake.benchmarks.peer.RunningPeer;
import org.pgdeeplake.benchmarks.postgres.ThrowawayPostgres;
import org.pgdeeplake.benchmarks.process.Ports;

/** As many sessions as fit: open and silent, then all of them at once with a query, then gone. */
public final class Sessions {
  /** What a proxy with 20,000 files can hold, at two for each session. */
  public static final int MOST = 9_500;

  /** A PostgreSQL has a process for each. */
  public static final int MOST_OF_POSTGRES = 2_000;

  /** Files that are not sessions': the proxy's own, and what it keeps for health and admin. */
  private static final int OTHER_FILES = 1_000;

  private static final int PART = 500;
  private static final int BURSTS = 3;
  private static final Duration IDLE = Duration.ofSeconds(5);

  private final Ground ground;
  private final int wanted;

  /**
   * @param wanted 0: as many as the proxy's limit allows
   */
  public Sessions(Ground ground, int wanted) {
    this.ground = ground;
    this.wanted = wanted;
  }

  /** With the load's own server, of which there can be as many sessions as one likes. */
  public Finding scripted() throws BenchFailed, InterruptedException {
    int port = Ports.free();
    ground.server("listen port=" + port);
    Finding finding = new Finding("Sessions, a scripted server behind them");
    measure(finding, port, wanted == 0 ? MOST : wanted);
    return finding;
  }

  public Finding postgres() throws BenchFailed, InterruptedException {
    int count = Math.min(wanted == 0 ? MOST_OF_POSTGRES : wanted, MOST_OF_POSTGRES);
    Finding finding = new Finding("Sessions, PostgreSQL behind them");
    ground.telling().step("creating a PostgreSQL for %,d sessions".formatted(count));
    try (ThrowawayPostgres postgres = ThrowawayPostgres.create(ground.newDirectory(), count + 20)) {
      postgres.start();
      measure(finding, postgres.port(), count);
    }
    return finding;
  }

  private void measure(Finding finding, int serverPort, int most)
      throws BenchFailed, InterruptedException {
    try (RunningPeer proxy = ground.proxy(serverPort);
        Admin admin = new Admin(proxy)) {
      // So that a first session's own costs are not among those of the crowd.
      ground.secondsForOne(proxy);
      long limit = Footprint.descriptorLimit(proxy);
      long fit = (limit - OTHER_FILES) / 2;
      int count = wanted == 0 ? (int) Math.min(most, fit) : most;
      Footprint before = Footprint.of(proxy, admin);
      finding.figure("files that the proxy may open", limit).figure("sessions asked for", count);
      open(finding, proxy, count, fit);
      idle(finding, proxy, before, count);
      for (int i = 1; i <= BURSTS; i++) {
        burst(finding, i);
      }
      leave(finding, proxy, admin, before);
    }
  }

  private void open(Finding finding, RunningPeer proxy, int count, long fit)
      throws BenchFailed, InterruptedException {
    ground.telling().step("opening %,d sessions".formatted(count));
    ground.client("crowd port=%d width=128 until=ready ask=later".formatted(proxy.port()));
    long began = System.nanoTime();
    Map<String, Double> answer = Map.of();
    for (int done = 0; done < count; done += PART) {
      ground.client("gather count=" + Math.min(PART, count - done));
      answer = ground.client("settle seconds=100");
      ground.telling().part("open", Ground.count(answer, "open"), count);
    }
    long held = Ground.count(answer, "open");
    long refused = Ground.count(answer, "refused");
    long errors = Ground.count(answer, "errors");
    finding
        .figure("held", held)
        .figure("refused with 53300 or 57P03", refused)
        .figure("failed otherwise", errors)
        .figure("opened within", seconds(System.nanoTime() - began))
        .require(errors == 0, errors + " sessions failed: " + ground.clientSaid())
        .require(
            held + refused + errors == count,
            "%,d sessions neither stand nor were refused"
                .formatted(count - held - refused - errors))
        .require(
            held >= 0.95 * Math.min(count, fit),
            "only %,d sessions are held, where %,d would fit".formatted(held, fit));
  }

  private void idle(Finding finding, RunningPeer proxy, Footprint before, int count)
      throws BenchFailed, InterruptedException {
    ground.telling().step("idle for %d s".formatted(IDLE.toSeconds()));
    long cpu = proxy.cpuMicros();
    // The time of which processor time is a part, not a wait for something.
    TimeUnit.MILLISECONDS.sleep(IDLE.toMillis());
    double busy = (proxy.cpuMicros() - cpu) / 1e4 / IDLE.toMillis() * 10;
    long resident = proxy.accounts().rssKib() * 1024;
    finding
        .figure("the proxy's files then", Footprint.descriptors(proxy))
        .figure(
            "its memory",
            "%s before, %s with them"
                .formatted(Footprint.megabytes(before.resident()), Footprint.megabytes(resident)))
        .figure("its processor time while they are idle", "%.1f %%".formatted(busy));
    long lost = Ground.count(ground.client("counts"), "errors");
    finding.require(lost == 0, "%d of %,d lost while idle".formatted(lost, count));
  }

  private void burst(Finding finding, int number) throws BenchFailed, InterruptedException {
    ground.telling().step("all ask at once, %d of %d".formatted(number, BURSTS));
    Map<String, Double> answer = ground.client("burst seconds=100");
    long asked = Ground.count(answer, "asked");
    long answered = Ground.count(answer, "done");
    finding
        .require(answered == asked, "%,d of %,d got no answer".formatted(asked - answered, asked))
        .require(Ground.count(answer, "errors") == 0, "wrong or broken: " + ground.clientSaid());
    if (answered > 0) {
      finding.figure(
          "all ask at once, " + number,
          "%,d asked within %s, %,d whole answers; p50 %s, p99 %s, last %s"
              .formatted(
                  asked,
                  seconds(Ground.count(answer, "sending")),
                  answered,
                  seconds(Ground.count(answer, "p50")),
                  seconds(Ground.count(answer, "p99")),
                  seconds(Ground.count(answer, "slowest"))));
    }
  }

  private void leave(Finding finding, RunningPeer proxy, Admin admin, Footprint before)
      throws BenchFailed, InterruptedException {
    ground.telling().step("all leave");
    long began = System.nanoTime();
    ground.client("release");
    boolean empty = ground.empties(proxy, admin, before.descriptors());
    finding
        .require(empty, "sessions, waiters or files remain")
        .figure("all gone within", seconds(System.nanoTime() - began))
        .figure("the proxy before", before.words())
        .figure("and after", Footprint.of(proxy, admin).words())
        .figure("the next client's row after", "%.3f s".formatted(ground.secondsForOne(proxy)));
  }

  private static String seconds(long nanos) {
    return "%.2f s".formatted(nanos / 1e9);
  }
}
