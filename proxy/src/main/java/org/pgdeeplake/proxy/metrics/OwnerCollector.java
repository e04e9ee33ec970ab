package org.pgdeeplake.proxy.metrics;

import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Families whose facts belong to others: read from their owners at each scrape, never kept. What
 * cannot be read is left out of that scrape and logged; it is never shown as 0.
 *
 * @param owners asked once a scrape
 * @param labels that tell one owner from the other
 */
record OwnerCollector<T>(
    String prefix, List<Family<T>> families, Supplier<List<T>> owners, Function<T, Labels> labels)
    implements MultiCollector {

  private static final Logger log = LoggerFactory.getLogger(OwnerCollector.class);

  /** Labels are sorted and checked when they are made: once a scrape, not for each family. */
  private record Labelled<T>(T owner, Labels labels) {}

  /** Each is one of its own. The hash that records get costs the start 10 ms. */
  @Override
  public boolean equals(@Nullable Object other) {
    return this == other;
  }

  @Override
  public int hashCode() {
    return System.identityHashCode(this);
  }

  @Override
  public MetricSnapshots collect() {
    List<Labelled<T>> present;
    try {
      present = owners.get().stream().map(one -> new Labelled<>(one, labels.apply(one))).toList();
    } catch (RuntimeException | Error e) {
      log.error("no {}* metrics in this scrape", prefix, e);
      return MetricSnapshots.of();
    }
    List<MetricSnapshot> snapshots = new ArrayList<>();
    for (Family<T> family : families) {
      List<Family.Sample> samples = new ArrayList<>();
      present.forEach(owner -> samples.addAll(samples(family, owner)));
      if (!samples.isEmpty()) {
        try {
          snapshots.add(family.snapshot(prefix, samples));
        } catch (RuntimeException | Error e) {
          log.error("no {}{} in this scrape", prefix, family.name(), e);
        }
      }
    }
    return new MetricSnapshots(snapshots);
  }

  private List<Family.Sample> samples(Family<T> family, Labelled<T> owner) {
    try {
      return family.samples(owner.owner(), owner.labels());
    } catch (RuntimeException | Error e) {
      log.error("no {}{}{} in this scrape", prefix, family.name(), owner.labels(), e);
      return List.of();
    }
  }
}
