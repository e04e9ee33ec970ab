package org.pgdeeplake.proxy.metrics;

import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetric;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import io.netty.util.internal.PlatformDependent;
import java.lang.management.ManagementFactory;
import java.util.OptionalDouble;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The process as the sum of its frontends, and as the system sees it. Any thread.
 *
 * @param frontends those that there are now and those that are gone
 */
record ProcessOwner(ProcessFacts facts, ProcessRates rates, Frontends frontends) {

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
        frontends.bytesOutTotal(),
        cpuNanos(),
        Runtime.getRuntime().availableProcessors(),
        frontends.sessionsPerSecond());
    frontends.tick();
  }

  /** Of one frontend it is known exactly, over all of them once a second. */
  int maxSessionsPerSecond() {
    return Math.max(rates.maxSessionsPerSecond(), frontends.maxSessionsPerSecond());
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
        : openFds(SYSTEM::getOpenFileDescriptorCount, SYSTEM.getMaxFileDescriptorCount());
  }

  /** To count them Java opens a directory, and throws an Error where all files are open. */
  static OptionalDouble openFds(LongSupplier counted, long most) {
    try {
      return OptionalDouble.of((double) counted.getAsLong());
    } catch (InternalError allAreOpen) {
      return OptionalDouble.of((double) most);
    }
  }

  /**
   * What Netty has taken for buffers, on the heap or outside it; in use or kept for the next.
   * Outside it, by the counter of all its allocators: the one by which memory is shared out.
   */
  static long bufferBytes(boolean heap) {
    long counted = heap ? -1 : PlatformDependent.usedDirectMemory();
    if (counted >= 0) {
      return counted;
    }
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
