package org.pgdeeplake.manager.kubernetes;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.manager.deployment.ReplicaOrder;
import org.pgdeeplake.manager.deployment.Replicas;

/**
 * KEDA's annotations of a ScaledObject. A bare scale would not last: KEDA has no time of last
 * activity for it and scales in at its next poll, or its autoscaler does (KEDA 2.21, {@code
 * pkg/scaling/executor/scale_scaledobjects.go}).
 */
final class KedaOrders {
  static final String PREFIX = "autoscaling.keda.sh/";
  static final String PAUSED_REPLICAS = "paused-replicas";
  private static final String PAUSED_SCALE_IN = "paused-scale-in";
  private static final String FORCE_ACTIVATION = "force-activation";

  /** The last two since KEDA 2.18. */
  private static final List<String> ALL =
      List.of(PAUSED_REPLICAS, "paused", "paused-scale-out", PAUSED_SCALE_IN, FORCE_ACTIVATION);

  private KedaOrders() {}

  /** By name without the prefix. */
  static Map<String, String> of(Map<String, String> annotations) {
    Map<String, String> orders = new TreeMap<>();
    for (String name : ALL) {
      String value = annotations.get(PREFIX + name);
      if (value != null) {
        orders.put(name, value);
      }
    }
    return orders;
  }

  /** Of a ScaledObject that is paused without a number it is that which there is now. */
  static OptionalInt paused(Map<String, String> orders, int replicas) {
    String at = orders.getOrDefault(PAUSED_REPLICAS, "");
    if (at.matches("\\d{1,9}")) {
      return OptionalInt.of(Integer.parseInt(at));
    }
    return orders.getOrDefault("paused", "").equals("true")
        ? OptionalInt.of(replicas)
        : OptionalInt.empty();
  }

  /** What they become; a name that is null goes. */
  static Map<String, @Nullable String> changes(ReplicaOrder order, Map<String, String> now) {
    Map<String, @Nullable String> wanted = new LinkedHashMap<>();
    switch (order) {
      case ReplicaOrder.Exactly(int count) -> wanted.put(PAUSED_REPLICAS, String.valueOf(count));
      case ReplicaOrder.Automatic(boolean awake, boolean neverFewer) -> {
        ALL.forEach(name -> wanted.put(name, null));
        if (awake) {
          wanted.put(FORCE_ACTIVATION, "true");
        }
        if (neverFewer) {
          wanted.put(PAUSED_SCALE_IN, "true");
        }
      }
      case ReplicaOrder.AsBefore(Replicas before) -> {
        var autoscaler = before.autoscaler();
        ALL.forEach(
            name -> wanted.put(name, autoscaler == null ? null : autoscaler.orders().get(name)));
      }
    }
    wanted.entrySet().removeIf(entry -> same(entry.getValue(), now.get(entry.getKey())));
    return wanted;
  }

  private static boolean same(@Nullable String one, @Nullable String other) {
    return one == null ? other == null : one.equals(other);
  }

  /** As {@code diff} shows it. */
  static List<String> difference(Map<String, @Nullable String> changes, Map<String, String> now) {
    return changes.entrySet().stream()
        .flatMap(change -> {
          String name = PREFIX + change.getKey();
          List<String> lines = new java.util.ArrayList<>();
          if (now.containsKey(change.getKey())) {
            lines.add("- %s: \"%s\"".formatted(name, now.get(change.getKey())));
          }
          if (change.getValue() != null) {
            lines.add("+ %s: \"%s\"".formatted(name, change.getValue()));
          }
          return lines.stream();
        })
        .toList();
  }
}
