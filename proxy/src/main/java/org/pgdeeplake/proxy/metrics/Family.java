package org.pgdeeplake.proxy.metrics;

import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricMetadata;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.UnknownSnapshot;
import io.prometheus.metrics.model.snapshots.UnknownSnapshot.UnknownDataPointSnapshot;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/**
 * A metric family and how its values are read from each of its owners, at the moment of the scrape.
 *
 * @param name as it is exposed but for the prefix; a COUNTER's ends in {@code _total}
 * @param label set apart the values of one owner; empty where there is one value
 * @param read label value to number; the number is NaN where the owner has none
 */
record Family<T>(
    String name, Kind kind, String help, String label, Function<T, Map<String, Double>> read) {

  private static final String COUNTER_SUFFIX = "_total";

  enum Kind {
    GAUGE,
    COUNTER,
    /** A counter whose name does not end in {@code _total}, as one of HAProxy's. */
    UNSUFFIXED_COUNTER
  }

  /** One value of one owner. */
  record Sample(Labels labels, double value) {}

  static <T> Family<T> gauge(String name, String help, ToDoubleFunction<T> read) {
    return new Family<>(name, Kind.GAUGE, help, "", o -> Map.of("", read.applyAsDouble(o)));
  }

  static <T> Family<T> counter(String name, String help, ToDoubleFunction<T> read) {
    return new Family<>(name, Kind.COUNTER, help, "", o -> Map.of("", read.applyAsDouble(o)));
  }

  /** Without a sample where {@code read} finds none. */
  static <T> Family<T> optional(String name, String help, Function<T, OptionalDouble> read) {
    return new Family<>(name, Kind.GAUGE, help, "", o -> present(read.apply(o)));
  }

  private static Map<String, Double> present(OptionalDouble value) {
    return value.isPresent() ? Map.of("", value.getAsDouble()) : Map.of();
  }

  static <T> Family<T> states(String name, String help, Function<T, Map<String, Double>> read) {
    return new Family<>(name, Kind.GAUGE, help, "state", read);
  }

  /** The values of one owner. */
  List<Sample> samples(T owner, Labels ownerLabels) {
    return read.apply(owner).entrySet().stream()
        .map(entry ->
            new Sample(
                label.isEmpty() ? ownerLabels : ownerLabels.add(label, entry.getKey()),
                entry.getValue()))
        .toList();
  }

  MetricSnapshot snapshot(String prefix, List<Sample> samples) {
    return switch (kind) {
      case GAUGE ->
          new GaugeSnapshot(
              new MetricMetadata(prefix + name, help),
              samples.stream()
                  .map(s -> new GaugeDataPointSnapshot(s.value(), s.labels(), null))
                  .toList());
      case COUNTER ->
          new CounterSnapshot(
              // The library puts the suffix back.
              new MetricMetadata(
                  prefix + name.substring(0, name.length() - COUNTER_SUFFIX.length()), help),
              samples.stream()
                  .map(s -> new CounterDataPointSnapshot(s.value(), s.labels(), null, 0))
                  .toList());
      case UNSUFFIXED_COUNTER ->
          new UnknownSnapshot(
              new MetricMetadata(prefix + name, help),
              samples.stream()
                  .map(s -> new UnknownDataPointSnapshot(s.value(), s.labels(), null))
                  .toList());
    };
  }
}
