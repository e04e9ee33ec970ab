package org.pgdeeplake.proxy.metrics;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiFunction;
import java.util.function.Predicate;

/**
 * The meters of one family, one for each set of label values, made at first use. The registry's own
 * look-up is too slow for what happens in every session. Any thread.
 */
final class Events<M extends Meter> {
  private final Map<List<String>, M> meters = new ConcurrentHashMap<>();
  private final MeterRegistry registry;
  private final BiFunction<List<String>, MeterRegistry, M> create;

  /** Where meters are that nobody is to see. */
  private final MeterRegistry hiding = new SimpleMeterRegistry();

  private final Set<List<String>> hidden = ConcurrentHashMap.newKeySet();
  private volatile Predicate<List<String>> shown = labelValues -> true;

  /**
   * @param create from the label values, in the order in which {@link #of} gets them
   */
  Events(MeterRegistry registry, BiFunction<List<String>, MeterRegistry, M> create) {
    this.registry = registry;
    this.create = create;
  }

  M of(String... labelValues) {
    List<String> key = List.of(labelValues);
    M known = meters.get(key);
    while (known == null) {
      known = meters.computeIfAbsent(key, this::create);
      // What is shown may have changed since it was made: then nobody has seen it yet.
      if (removeMisplaced(key)) {
        known = null;
      }
    }
    return known;
  }

  private M create(List<String> labelValues) {
    if (shown.test(labelValues)) {
      return create.apply(labelValues, registry);
    }
    // A session of something that is gone still counts what it does.
    hidden.add(labelValues);
    return create.apply(labelValues, hiding);
  }

  /** From now on exposes meters of these label values only; one that comes back begins anew. */
  void show(Predicate<List<String>> which) {
    shown = which;
    meters.keySet().forEach(this::removeMisplaced);
  }

  private boolean removeMisplaced(List<String> labelValues) {
    boolean[] removed = new boolean[1];
    meters.computeIfPresent(
        labelValues,
        (_, meter) -> {
          if (shown.test(labelValues) != hidden.contains(labelValues)) {
            return meter;
          }
          (hidden.remove(labelValues) ? hiding : registry).remove(meter);
          removed[0] = true;
          return null;
        });
    return removed[0];
  }
}
