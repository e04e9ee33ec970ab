package org.pgdeeplake.proxy.faults;

import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.awaitility.core.ConditionTimeoutException;
import org.pgdeeplake.proxy.support.ScrapedText;

/**
 * The proxy process without clients.
 *
 * @param fds the fewest within a few health checks, whose connections come and go
 * @param heap bytes in use after a full collection
 * @param gauges how many {@link RestingGauges} were looked at
 * @param notAtRest how many of them are not 0
 */
record Rest(
    long fds, long threads, double heap, double direct, double rss, long gauges, int notAtRest) {
  /** Waiters that gave up count for demand.linger, 30 s; and a rate is one of the last second. */
  private static final Duration LIMIT = Duration.ofSeconds(60);

  /** Two health checks of each server. */
  private static final Duration CHECKS = Duration.ofSeconds(1);

  private static final Duration OFTEN = Duration.ofMillis(10);

  /** Before there is load, all that is opened once has been opened: one session is enough. */
  static Rest before(Stage stage) {
    awaitNone(stage);
    return now(stage, 0);
  }

  /** When all have gone; tells the checker of what has not. */
  static Rest after(Stage stage, Rest before) {
    awaitNone(stage);
    try {
      await().atMost(LIMIT).until(() -> RestingGauges.notAtRest(stage.metrics()).isEmpty());
    } catch (ConditionTimeoutException e) {
      List<String> left = RestingGauges.notAtRest(stage.metrics());
      stage.checker().violation("without clients these gauges are not 0: " + left);
    }
    Rest rest = now(stage, before.fds);
    if (rest.fds > before.fds) {
      stage
          .checker()
          .violation(
              "without clients there are %d file descriptors, before there were %d"
                  .formatted(rest.fds, before.fds));
    }
    return rest;
  }

  private static void awaitNone(Stage stage) {
    try {
      await().atMost(LIMIT).until(() -> stage.figures().left() == 0);
    } catch (ConditionTimeoutException e) {
      stage.checker().violation("without clients the proxy still counts " + stage.figures().left());
    }
  }

  private static Rest now(Stage stage, long enough) {
    ProcessFigures process = new ProcessFigures(stage.proxy().pid());
    boolean _ = process.collectGarbage();
    SoakSample sample = new Looker(stage).look(0);
    ScrapedText metrics = stage.metrics();
    return new Rest(
        fewestFds(process, enough),
        process.threads(),
        sample.value(Quantity.HEAP).orElseThrow(),
        sample.value(Quantity.DIRECT).orElseThrow(),
        process.rssBytes(),
        RestingGauges.looksAt(metrics),
        RestingGauges.notAtRest(metrics).size());
  }

  private static long fewestFds(ProcessFigures process, long enough) {
    AtomicLong fewest = new AtomicLong(Long.MAX_VALUE);
    long begin = System.nanoTime();
    await()
        .pollDelay(Duration.ZERO)
        .pollInterval(OFTEN)
        .atMost(LIMIT)
        .until(() -> {
          long seen = fewest.accumulateAndGet(process.fds(), Math::min);
          return seen <= enough || System.nanoTime() - begin > CHECKS.toNanos();
        });
    return fewest.get();
  }
}
