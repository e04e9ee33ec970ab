package org.pgdeeplake.proxy.metrics;

import io.prometheus.metrics.model.registry.Collector;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricMetadata;
import io.prometheus.metrics.model.snapshots.Quantiles;
import io.prometheus.metrics.model.snapshots.SummarySnapshot;
import io.prometheus.metrics.model.snapshots.SummarySnapshot.SummaryDataPointSnapshot;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;

/**
 * Garbage collections and the time they took, by collector, under the name that Prometheus' own
 * clients use. There from the start, so that a first collection shows as an increase.
 */
final class GarbageCollections implements Collector {
  private static final MetricMetadata METADATA =
      new MetricMetadata(
          "jvm_gc_collection_seconds", "Garbage collections; the serial one stops every thread");

  @Override
  public SummarySnapshot collect() {
    return new SummarySnapshot(
        METADATA,
        ManagementFactory.getGarbageCollectorMXBeans().stream()
            .map(GarbageCollections::point)
            .toList());
  }

  private static SummaryDataPointSnapshot point(GarbageCollectorMXBean bean) {
    return SummaryDataPointSnapshot.builder()
        .count(bean.getCollectionCount())
        .sum(bean.getCollectionTime() / 1000.0)
        .quantiles(Quantiles.EMPTY)
        .labels(Labels.of("gc", bean.getName()))
        .build();
  }
}
