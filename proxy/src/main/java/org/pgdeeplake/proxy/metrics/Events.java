package org.pgdeeplake.proxy.metrics;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/**
 * The meters of one family, one for each set of label values, made at first use. The registry's own
 * look-up is too slow for what happens in every session. Any thread.
 */
final class Events<M> {
  private final Map<List<String>, M> meters = new ConcurrentHashMap<>();
  private final Function<List<String>, M> create;

  /**
   * @param create from the label values, in the order in which {@link #of} gets them
   */
  Events(Function<List<String>, M> create) {
    this.create = create;
  }

  M of(String... labelValues) {
    return meters.computeIfAbsent(List.of(labelValues), create);
  }
}
