package org.pgdeeplake.proxy;

import java.util.Optional;
import org.pgdeeplake.proxy.config.ProxyConfig;

/**
 * How much heap the sessions of a configuration need. One that is idle keeps 4 to 5 KiB alive; the
 * old generation is two thirds of the heap, and some of it is in motion.
 */
final class HeapNeed {
  private static final long MIB = 1 << 20;
  private static final long BASE_BYTES = 32 * MIB;
  private static final long SESSION_BYTES = 8 * 1024;

  private HeapNeed() {}

  /** In MiB. */
  static long of(ProxyConfig config) {
    return Math.ceilDiv(BASE_BYTES + config.maxSessions() * SESSION_BYTES, MIB);
  }

  /**
   * A warning where so many sessions would not fit.
   *
   * @param heapBytes that the JVM may take; a part of it is never available
   */
  static Optional<String> warning(ProxyConfig config, long heapBytes) {
    long need = of(config);
    return need * MIB <= heapBytes + heapBytes / 16
        ? Optional.empty()
        : Optional.of(
            "a heap of %d MB is small for max-connections of %d in all: set PG_PROXY_HEAP=%dm"
                .formatted(heapBytes / MIB, config.maxSessions(), need));
  }
}
