package org.pgdeeplake.proxy.support.keda;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * KEDA with one external-push trigger, and the HPA that it makes, as {@code facts/keda.md} read
 * them in their sources, with shorter times. All on one thread, as KEDA holds a lock for each
 * ScaledObject.
 */
public final class Keda implements AutoCloseable {
  /** KEDA compares strictly; HPA takes a ratio within this for 1. */
  private static final double TOLERANCE = 0.1;

  private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor();
  private final KedaClient client;
  private final StatefulSet set;
  private final int max;
  private final Times times;

  /** What HPA came to within the stabilization window. */
  private final Deque<Recommendation> recommendations = new ArrayDeque<>();

  private long lastActiveNanos = System.nanoTime();
  private long lastScaleInNanos = System.nanoTime();

  private record Recommendation(long nanos, int replicas) {}

  /**
   * @param polling of KEDA, and HPA's sync
   * @param cooldown before the last goes
   * @param scaleIn stabilization window, and period of the policy "1 pod"
   */
  public record Times(Duration polling, Duration cooldown, Duration scaleIn) {}

  public Keda(KedaClient client, StatefulSet set, int max, Times times) {
    this.client = client;
    this.set = set;
    this.max = max;
    this.times = times;
    // Before 2.18 a false would scale to zero; ours never comes.
    client.follow(nanos -> thread.execute(this::pushedTrue));
    long nanos = times.polling().toNanos();
    var _ = thread.scheduleWithFixedDelay(this::poll, nanos, nanos, TimeUnit.NANOSECONDS);
    var _ = thread.scheduleWithFixedDelay(this::sync, nanos, nanos, TimeUnit.NANOSECONDS);
  }

  private void pushedTrue() {
    lastActiveNanos = System.nanoTime();
    if (set.replicas() == 0) {
      set.scale(1);
    }
  }

  /** An error changes nothing. */
  private void poll() {
    try {
      boolean active = client.isActive();
      if (active) {
        pushedTrue();
      } else if (set.replicas() > 0
          && System.nanoTime() - lastActiveNanos > times.cooldown().toNanos()) {
        set.scale(0);
        recommendations.clear();
      }
    } catch (RuntimeException e) {
      set.problems.add("KEDA: " + e);
    }
  }

  /** HPA: disabled at 0. */
  private void sync() {
    int current = set.replicas();
    if (current == 0) {
      return;
    }
    try {
      double value = client.metric().exact();
      double ratio = value / current;
      int desired =
          Math.abs(1 - ratio) <= TOLERANCE
              ? current
              : Math.min(Math.max((int) Math.ceil(value), 1), max);
      long now = System.nanoTime();
      recommendations.add(new Recommendation(now, desired));
      recommendations.removeIf(one -> now - one.nanos() > times.scaleIn().toNanos());
      int stable =
          recommendations.stream().mapToInt(Recommendation::replicas).max().orElse(desired);
      if (desired > current) {
        set.scale(desired);
      } else if (stable < current && now - lastScaleInNanos > times.scaleIn().toNanos()) {
        lastScaleInNanos = now;
        set.scale(current - 1);
      }
    } catch (RuntimeException e) {
      set.problems.add("HPA: " + e);
    }
  }

  @Override
  public void close() {
    thread.shutdownNow();
    client.close();
  }
}
