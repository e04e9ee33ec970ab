package org.pgdeeplake.proxy.faults;

import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;

/** Looks at the proxy process again and again, on a thread of its own. */
final class Sampler implements AutoCloseable {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  private final Stage stage;
  private final Looker looker;
  private final Function<SoakSample, SoakSample> totals;
  private final Consumer<SoakSample> tell;
  private final IdleTime idle = new IdleTime();
  private final List<SoakSample> samples = new ArrayList<>();
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("sampler").factory());
  private final long begin = System.nanoTime();
  private int untilCollection;

  /**
   * @param totals adds to a sample what the harness counts itself
   * @param tell gets each sample at once
   */
  Sampler(
      Stage stage,
      Duration every,
      Function<SoakSample, SoakSample> totals,
      Consumer<SoakSample> tell) {
    this.stage = stage;
    this.looker = new Looker(stage);
    this.totals = totals;
    this.tell = tell;
    // Not at a fixed rate: two at once, after one that took long, would tell nothing.
    var _ =
        thread.scheduleWithFixedDelay(
            this::sample, every.toMillis(), every.toMillis(), TimeUnit.MILLISECONDS);
  }

  private void sample() {
    try {
      // One that cannot be had is tried again with the next sample.
      boolean collected = untilCollection == 0 && looker.collectGarbage();
      if (collected) {
        untilCollection = SoakPlan.COLLECTS_EVERY;
      }
      untilCollection = Math.max(0, untilCollection - 1);
      SoakSample seen = totals.apply(looker.look((System.nanoTime() - begin) / 1e9));
      seen = seen.with(Quantity.IDLE, 100 * idle.shareSinceLast());
      if (collected) {
        seen = seen.with(Quantity.HEAP_AFTER_GC, seen.value(Quantity.HEAP).orElseThrow());
      }
      add(seen);
    } catch (UncheckedIOException | AssertionError | IllegalStateException e) {
      stage.checker().violation("the proxy does not tell how it is: " + e);
    }
  }

  private void add(SoakSample seen) {
    SoakSample whole = samples.isEmpty() ? seen : withRate(seen, samples.getLast());
    samples.add(whole);
    tell.accept(whole);
  }

  private static SoakSample withRate(SoakSample seen, SoakSample last) {
    double more =
        seen.value(Quantity.CHURNED).orElseThrow() - last.value(Quantity.CHURNED).orElseThrow();
    return seen.with(Quantity.CHURN_RATE, more / (seen.seconds() - last.seconds()));
  }

  /** After {@link #close}, in the order of time. */
  List<SoakSample> samples() {
    return List.copyOf(samples);
  }

  @Override
  public void close() {
    thread.shutdown();
    try {
      if (!thread.awaitTermination(LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
        stage.checker().violation("the sampler does not end");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
