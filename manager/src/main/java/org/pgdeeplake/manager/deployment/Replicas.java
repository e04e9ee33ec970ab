package org.pgdeeplake.manager.deployment;

import java.util.Map;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * How many instances a controller is to run, and who tells it.
 *
 * @param owner of the number, such as {@code StatefulSet pg-deeplake}
 * @param count as of now
 * @param autoscaler null: none; the number is what was said last
 */
public record Replicas(String owner, int count, @Nullable Autoscaler autoscaler) {

  /**
   * @param name such as {@code ScaledObject pg-deeplake}
   * @param orders those that people have given it, by name
   * @param paused at so many; empty: it is at work
   */
  public record Autoscaler(
      String name, int least, int most, Map<String, String> orders, OptionalInt paused) {

    /** For people, "" if it works as it is configured. */
    public String told() {
      if (orders.isEmpty()) {
        return "";
      }
      return paused.isPresent()
          ? "KEDA is paused at %d (%s): `manage scale auto` hands back to it"
              .formatted(paused.getAsInt(), name)
          : "KEDA has orders of %s: %s: `manage scale auto` takes them back"
              .formatted(name, String.join(", ", orders.keySet()));
    }
  }

  /** Whether it is so many already, and stays so. */
  public boolean isExactly(int wanted) {
    return count == wanted
        && (autoscaler == null || autoscaler.paused().equals(OptionalInt.of(wanted)));
  }
}
