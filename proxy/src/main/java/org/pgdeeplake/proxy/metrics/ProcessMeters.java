package org.pgdeeplake.proxy.metrics;

import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.prometheus.metrics.model.snapshots.InfoSnapshot;
import io.prometheus.metrics.model.snapshots.InfoSnapshot.InfoDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import java.util.Objects;

/** What every process of this version has: its build and its virtual machine. */
final class ProcessMeters {
  private ProcessMeters() {}

  static void bindTo(PrometheusMeterRegistry registry) {
    String version =
        Objects.requireNonNullElse(
            Metrics.class.getPackage().getImplementationVersion(), "unpackaged");
    registry.getPrometheusRegistry().register(() -> build("pgproxy_build", version));
    registry.getPrometheusRegistry().register(() -> build("haproxy_process_build", version));
    new JvmMemoryMetrics().bindTo(registry);
    new JvmThreadMetrics().bindTo(registry);
    registry.getPrometheusRegistry().register(new GarbageCollections());
  }

  private static InfoSnapshot build(String name, String version) {
    return InfoSnapshot.builder()
        .name(name)
        .help("The version that runs")
        .dataPoint(InfoDataPointSnapshot.builder().labels(Labels.of("version", version)).build())
        .build();
  }
}
