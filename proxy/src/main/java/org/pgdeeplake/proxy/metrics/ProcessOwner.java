package org.pgdeeplake.proxy.metrics;

import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetric;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import java.lang.management.ManagementFactory;
import java.util.Collection;
import java.util.List;
import java.util.OptionalDouble;
import java.util.function.ToIntFunction;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.proxy.metrics.HaproxyFamilies.Frontend;
import org.pgdeeplake.proxy.traffic.FrontendTraffic;

/**
 * The process as the sum of its frontends, and as the system sees it. Any thread.
 *
 * @param frontends those that there are now
 * @param traffics of every frontend that there ever was, so that no sum ever shrinks
 */
record ProcessOwner(
    ProcessFacts facts,
    ProcessRates rates,
    List<Frontend> frontends,
    Collection<FrontendTraffic> traffics) {

  /** Null on a system that is not Unix. */
  private static final com.sun.management.@Nullable UnixOperatingSystemMXBean SYSTEM =
      ManagementFactory.getOperatingSystemMXBean()
              instanceof com.sun.management.UnixOperatingSystemMXBean unix
          ? unix
          : null;

  /** Once a second. */
  void tick() {
    rates.tick(
        System.nanoTime(),
        sum(t -> t.traffic().bytesOutTotal()),
        cpuNanos(),
        Runtime.getRuntime().availableProcessors(),
        sessionsPerSecond());
  }

  long sum(ToLongFunction<FrontendTraffic> of) {
    return traffics.stream().mapToLong(of).sum();
  }

  int sessionsPerSecond() {
    return traffics.stream().mapToInt(t -> t.traffic().rate().perSecond()).sum();
  }

  /** Of one frontend it is known exactly, over all of them once a second. */
  int maxSessionsPerSecond() {
    ToIntFunction<FrontendTraffic> max = t -> t.traffic().rate().maxPerSecond();
    return Math.max(rates.maxSessionsPerSecond(), traffics.stream().mapToInt(max).max().orElse(0));
  }

  long maxConnections() {
    return frontends.stream().mapToLong(f -> f.config().maxConnections()).sum();
  }

  long listeners() {
    return frontends.stream().filter(f -> f.bound().getAsBoolean()).count();
  }

  /** CPU time of the process; -1 where it is not known. */
  static long cpuNanos() {
    return SYSTEM == null ? -1 : SYSTEM.getProcessCpuTime();
  }

  static OptionalDouble maxFds() {
    return SYSTEM == null
        ? OptionalDouble.empty()
        : OptionalDouble.of((double) SYSTEM.getMaxFileDescriptorCount());
  }

  static OptionalDouble openFds() {
    return SYSTEM == null
        ? OptionalDouble.empty()
        : OptionalDouble.of((double) SYSTEM.getOpenFileDescriptorCount());
  }

  /** What Netty has taken for buffers, on the heap or outside it; in use or kept for the next. */
  static long bufferBytes(boolean heap) {
    if (ByteBufAllocator.DEFAULT instanceof ByteBufAllocatorMetricProvider allocator) {
      ByteBufAllocatorMetric metric = allocator.metric();
      return heap ? metric.usedHeapMemory() : metric.usedDirectMemory();
    }
    throw new IllegalStateException("the allocator does not tell");
  }

  static double startSeconds() {
    return ManagementFactory.getRuntimeMXBean().getStartTime() / 1000.0;
  }

  static double uptimeSeconds() {
    return ManagementFactory.getRuntimeMXBean().getUptime() / 1000.0;
  }
}
