package org.pgdeeplake.proxy.faults;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** A crowd that comes and goes at once, as fast as its {@link Pace} lets it. */
final class Churners implements AutoCloseable {
  private static final int CROWD = 8;
  private static final Duration LIMIT = Duration.ofSeconds(60);

  private final Stage stage;
  private final Pace pace = new Pace();
  private final List<Thread> threads = new ArrayList<>();
  private final Map<Churn, LongAdder> came = new ConcurrentHashMap<>();
  private volatile boolean stopped;

  Churners(Stage stage, long seed) {
    this.stage = stage;
    for (int number = 0; number < CROWD; number++) {
      Random random = new Random(~seed * 31 + number);
      threads.add(Thread.ofPlatform().daemon().name("churner-" + number).start(() -> run(random)));
    }
  }

  private void run(Random random) {
    try {
      while (!stopped) {
        pace.await();
        comeAndGo(Churn.any(random), random);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void comeAndGo(Churn churn, Random random) {
    try {
      churn.come(stage, random);
    } catch (IOException | UncheckedIOException e) {
      stage.checker().violation("a churner, " + churn + ": " + e);
    }
    came.computeIfAbsent(churn, _ -> new LongAdder()).increment();
  }

  long came() {
    return came.values().stream().mapToLong(LongAdder::sum).sum();
  }

  Map<Churn, Long> byKind() {
    Map<Churn, Long> kinds = new TreeMap<>();
    came.forEach((kind, count) -> kinds.put(kind, count.sum()));
    return kinds;
  }

  /** Ends when those who are there have gone. */
  @Override
  public void close() {
    stopped = true;
    try {
      for (Thread thread : threads) {
        if (!thread.join(LIMIT)) {
          stage.checker().violation(thread.getName() + " does not end");
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
