package org.pgdeeplake.proxy.scaler;

import java.util.HashSet;
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

  /** Backends that had demand when all were looked at, by name. */
  private volatile Set<String> active = Set.of();

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

  /**
   * Whether there was demand at the last {@link #lookAll}; however many ask, the load is added up
   * once. A backend that a reload has removed has none.
   */
  boolean active(String backend) {
    return active.contains(backend);
  }

  /** To be called at least every second: it is what moves servers in and out of being spare. */
  void lookAll() {
    Set<Backend> now = Set.copyOf(backends.get());
    scales.keySet().retainAll(now);
    Set<String> wanted = new HashSet<>();
    if (on()) {
      for (Backend backend : now) {
        Scale scale = look(backend);
        if (scale != null && scale.active()) {
          wanted.add(backend.name());
        }
      }
    } else {
      scales.values().forEach(BackendScale::end);
      scales.clear();
    }
    active = Set.copyOf(wanted);
  }
}
