package org.pgdeeplake.proxy.metrics;

import io.prometheus.metrics.model.snapshots.Labels;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.function.Function;
import java.util.function.IntSupplier;
import org.pgdeeplake.proxy.backend.Backend;

/** What the scaler is asked and what it asks for. Any thread. */
public final class ScalerMetrics {
  private final Meters meters;
  private final List<Backend> backends;

  /**
   * @param backends as they are at each scrape
   */
  ScalerMetrics(Meters meters, List<Backend> backends) {
    this.meters = meters;
    this.backends = backends;
  }

  /**
   * Once.
   *
   * @param streams open
   * @param connections open
   * @param wanted instances of a backend; empty while there is no scaler
   */
  public void register(
      IntSupplier streams, IntSupplier connections, Function<Backend, OptionalInt> wanted) {
    List.of("IsActive", "StreamIsActive", "GetMetricSpec", "GetMetrics")
        .forEach(method -> {
          var _ = meters.scalerCalls.of(method, "OK");
        });
    meters.collect(
        "pgproxy_",
        List.of(
            Family.gauge("scaler_streams", "Open streams of demand", s -> streams.getAsInt()),
            Family.gauge(
                "scaler_connections", "Open gRPC connections", s -> connections.getAsInt())),
        () -> List.of(streams),
        owner -> Labels.EMPTY);
    meters.collect(
        "pgproxy_",
        List.of(
            Family.<Backend>optional(
                "wanted_instances",
                "Instances that the scaler asks for; absent while it is off",
                backend -> {
                  OptionalInt now = wanted.apply(backend);
                  return now.isPresent()
                      ? OptionalDouble.of(now.getAsInt())
                      : OptionalDouble.empty();
                })),
        () -> backends,
        Metrics::labels);
  }

  /** A call was answered. */
  public void answered(String method, String code) {
    meters.scalerCalls.of(method, code).increment();
  }
}
