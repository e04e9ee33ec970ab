package org.pgdeeplake.benchmarks.crowd;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.pgdeeplake.benchmarks.BenchFailed;
import org.pgdeeplake.benchmarks.load.Answer;
import org.pgdeeplake.benchmarks.peer.Admin;
import org.pgdeeplake.benchmarks.peer.RunningPeer;
import org.pgdeeplake.benchmarks.peer.Scrape;
import org.pgdeeplake.benchmarks.postgres.ThrowawayPostgres;
import org.pgdeeplake.benchmarks.process.Ports;
import org.pgdeeplake.benchmarks.process.ProcessAccounts;
import org.pgdeeplake.proxy.net.OpenFiles;

/** As many sessions as fit: open and silent, then all of them at once with a query, then gone. */
public final class Sessions {
  /** What a proxy with 20,000 files can hold, at two for each session. */
  public static final int MOST = 9_500;

  /** A PostgreSQL has a process for each. */
  public static final int MOST_OF_POSTGRES = 2_000;

  /** On their way at once, where all fit. */
  private static final int WIDTH = 128;

  private static final int PART = 500;
  private static final int BURSTS = 3;
  private static final Duration IDLE = Duration.ofSeconds(5);

  private final Ground ground;
  private final int wanted;
  private long told;

  /**
   * @param wanted 0: as many as the proxy's limit allows
   */
  public Sessions(Ground ground, int wanted) {
    this.ground = ground;
    this.wanted = wanted;
  }

  /** With the load's own server, of which there can be as many sessions as one likes. */
  public void scripted(Finding finding) throws BenchFailed, InterruptedException {
    int port = Ports.free();
    ground.server("listen port=" + port);
    measure(finding, port, wanted == 0 ? MOST : wanted);
  }

  public void postgres(Finding finding) throws BenchFailed, InterruptedException {
    int count = Math.min(wanted == 0 ? MOST_OF_POSTGRES : wanted, MOST_OF_POSTGRES);
    ground.telling().step("creating a PostgreSQL for %,d sessions".formatted(count));
    try (ThrowawayPostgres postgres =
        ThrowawayPostgres.create(ground.directories().create("postgresql"), count + 20)) {
      postgres.start();
      measure(finding, postgres.port(), count);
    }
  }

  private void measure(Finding finding, int serverPort, int most)
      throws BenchFailed, InterruptedException {
    try (RunningPeer proxy = ground.proxy(serverPort);
        Admin admin = new Admin(proxy)) {
      // So that a first session's own costs are not among those of the crowd.
      ground.secondsForOne(proxy);
      long limit = Footprint.descriptorLimit(proxy);
      Room room = Room.of(limit, admin.scrape());
      int count = wanted == 0 ? Math.min(most, room.sessions()) : most;
      Footprint before = Footprint.of(proxy, admin);
      finding.figure("files that the proxy may open", limit).figure("sessions asked for", count);
      open(finding, proxy, count, room);
      idle(finding, proxy, before, count);
      for (int i = 1; i <= BURSTS; i++) {
        burst(finding, i);
      }
      leave(finding, proxy, admin, before);
      Bugs.requireNone(finding, proxy, admin);
    }
  }

  /**
   * What the proxy has room for.
   *
   * @param sessions as many as its files suffice for by its own rule, with one server, and no more
   *     than its max-connections
   * @param guests who can be told that it is full, at once; whoever comes besides hears nothing
   */
  private record Room(int sessions, int guests) {
    static Room of(long limit, Scrape scrape) throws BenchFailed {
      OpenFiles files = new OpenFiles(limit, 1);
      double most = scrape.sum("haproxy_frontend_limit_sessions");
      return new Room((int) Math.min(files.sessions(), most), files.guests());
    }

    /** Half the guests where some are too many: who has been told is not gone at once. */
    int width(int count) {
      return count <= sessions ? WIDTH : Math.clamp(guests / 2, 1, WIDTH);
    }
  }

  private void open(Finding finding, RunningPeer proxy, int count, Room room)
      throws BenchFailed, InterruptedException {
    ground.telling().step("opening %,d sessions".formatted(count));
    Answer answer =
        ground.client(
            "crowd port=%d width=%d until=ready ask=later"
                .formatted(proxy.port(), room.width(count)));
    long began = System.nanoTime();
    for (int done = 0; done < count; done += PART) {
      ground.client("gather count=" + Math.min(PART, count - done));
      answer = ground.client("settle seconds=100");
      ground.telling().part("open", answer.count("open"), count);
    }
    long held = answer.count("open");
    long refused = answer.count("refused");
    long errors = untold(answer);
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
            held == Math.min(count, room.sessions()),
            "%,d sessions are held and %,d refused, where %,d fit"
                .formatted(held, refused, room.sessions()));
  }

  private void idle(Finding finding, RunningPeer proxy, Footprint before, int count)
      throws BenchFailed, InterruptedException {
    ground.telling().step("idle for %d s".formatted(IDLE.toSeconds()));
    long cpu = proxy.cpuMicros();
    long began = System.nanoTime();
    // The time of which processor time is a part, not a wait for something.
    TimeUnit.MILLISECONDS.sleep(IDLE.toMillis());
    Duration took = Duration.ofNanos(System.nanoTime() - began);
    double busy = ProcessAccounts.percent(proxy.cpuMicros() - cpu, took);
    long resident = proxy.accounts().rssKib() * 1024;
    finding
        .figure("the proxy's files then", Footprint.descriptors(proxy))
        .figure(
            "its memory",
            "%s before, %s with them"
                .formatted(Footprint.megabytes(before.resident()), Footprint.megabytes(resident)))
        .figure("its processor time while they are idle", "%.1f %% of one".formatted(busy));
    long lost = untold(ground.client("counts"));
    finding.require(lost == 0, "%d of %,d lost while idle".formatted(lost, count));
  }

  private void burst(Finding finding, int number) throws BenchFailed, InterruptedException {
    ground.telling().step("all ask at once, %d of %d".formatted(number, BURSTS));
    Answer answer = ground.client("burst seconds=100");
    long asked = answer.count("asked");
    long answered = answer.count("done");
    finding
        .require(answered == asked, "%,d of %,d got no answer".formatted(asked - answered, asked))
        .require(untold(answer) == 0, "wrong or broken: " + ground.clientSaid());
    if (answered > 0) {
      finding.figure(
          "all ask at once, " + number,
          "%,d asked within %s, %,d whole answers; p50 %s, p99 %s, last %s"
              .formatted(
                  asked,
                  seconds(answer.count("sending")),
                  answered,
                  seconds(answer.count("p50")),
                  seconds(answer.count("p99")),
                  seconds(answer.count("slowest"))));
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

  /** Errors of the crowd since the last answer: it counts on. */
  private long untold(Answer answer) throws BenchFailed {
    long errors = answer.count("errors");
    long more = errors - told;
    told = errors;
    return more;
  }

  private static String seconds(long nanos) {
    return "%.2f s".formatted(nanos / 1e9);
  }
}
