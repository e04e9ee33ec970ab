package org.pgdeeplake.proxy.scaler;

import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.proxy.backend.Backend;
import org.pgdeeplake.proxy.config.ScalerConfig;
import org.pgdeeplake.proxy.demand.Demand;
import org.pgdeeplake.proxy.scaler.BackendScale.Scale;

/** How many instances each backend wants. From memory; any thread. */
public final class Scales {
  private final Demand demand;
  private final Supplier<List<Backend>> backends;
  private final Supplier<@Nullable ScalerConfig> config;
  private final Map<Backend, BackendScale> scales = new ConcurrentHashMap<>();

  /**
   * @param backends that there are now
   * @param config of now; null: it is off
   */
  public Scales(
      Demand demand, Supplier<List<Backend>> backends, Supplier<@Nullable ScalerConfig> config) {
    this.demand = demand;
    this.backends = backends;
    this.config = config;
  }

  boolean on() {
    return config.get() != null;
  }

  List<Backend> backends() {
    return backends.get();
  }

  /** Empty where the scaler is off. */
  public OptionalInt wanted(Backend backend) {
    Scale scale = look(backend);
    return scale == null ? OptionalInt.empty() : OptionalInt.of(scale.wanted());
  }

  /** Null where the scaler is off. */
  @Nullable Scale look(Backend backend) {
    ScalerConfig now = config.get();
    if (now == null) {
      return null;
    }
    long nanos = System.nanoTime();
    return scales
        .computeIfAbsent(backend, one -> new BackendScale(one, nanos))
        .look(now, demand.total(backend.name()), nanos);
  }

  /** To be called at least every second: it is what moves servers in and out of being spare. */
  void lookAll() {
    Set<Backend> now = Set.copyOf(backends.get());
    scales.keySet().retainAll(now);
    if (on()) {
      now.forEach(this::look);
    } else {
      scales.values().forEach(BackendScale::end);
      scales.clear();
    }
  }
}
