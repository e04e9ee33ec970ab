package org.pgdeeplake.manager.status;

import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.manager.deployment.Instance;
import org.pgdeeplake.manager.deployment.InstanceState;

/**
 * An instance as its runtime and itself see it.
 *
 * @param state null: the runtime does not say
 * @param facts null: it was not asked, or did not answer
 * @param reason why there are no facts; may be empty
 */
public record InstanceStatus(
    Instance instance,
    @Nullable InstanceState state,
    @Nullable InstanceFacts facts,
    String reason) {

  /** What {@code --output json} names it by. */
  String phase() {
    return state == null ? "unknown" : state.phase().name().toLowerCase(Locale.ROOT);
  }

  String detail() {
    return state == null ? "" : state.detail();
  }

  boolean is(InstanceState.Phase phase) {
    return state != null && state.phase() == phase;
  }

  String name() {
    return instance.name();
  }
}
