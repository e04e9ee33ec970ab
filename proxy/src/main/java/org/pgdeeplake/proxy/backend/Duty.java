package org.pgdeeplake.proxy.backend;

import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What is wanted of a server, whatever its checks say: by operators, by the load and by the
 * configuration. Not thread-safe: guarded by its backend's lock.
 */
final class Duty {
  private AdministrativeState administrative = AdministrativeState.READY;

  /**
   * In DRAIN until it is down: whether no other proxy has a session on it either. Null: whatever
   * becomes of it.
   */
  private @Nullable BooleanSupplier emptyElsewhere;

  /** How often that was asked for. */
  private int drains;

  /** Fewer servers would do: it takes nobody as long as another one is active. */
  private boolean spare;

  /** The configuration no longer has it. */
  private boolean departed;

  void administer(AdministrativeState wanted) {
    administrative = wanted;
    emptyElsewhere = null;
  }

  /**
   * How long a drain lasts; does nothing to a server that is not drained.
   *
   * @param empty whether no other proxy has a session on it, from memory; null: until somebody ends
   *     it
   */
  void drainUntilDown(@Nullable BooleanSupplier empty) {
    emptyElsewhere = administrative == AdministrativeState.DRAIN ? empty : null;
    drains += empty == null ? 0 : 1;
  }

  /** Whether a drain is to end as soon as the server is down, and no proxy has a session on it. */
  boolean endsEmpty() {
    return emptyElsewhere != null && emptyElsewhere.getAsBoolean();
  }

  /** Returns whether that is news. */
  boolean spare(boolean wanted) {
    boolean news = spare != wanted;
    spare = wanted;
    return news;
  }

  void departed(boolean gone) {
    departed = gone;
  }

  AdministrativeState administrative() {
    return administrative;
  }

  /** Whether it is to have new sessions. */
  boolean ready() {
    return administrative == AdministrativeState.READY && !departed;
  }

  boolean drainsUntilDown() {
    return emptyElsewhere != null;
  }

  int drains() {
    return drains;
  }

  boolean spare() {
    return spare;
  }

  boolean departed() {
    return departed;
  }
}
