package org.pgdeeplake.proxy.backend;

import org.pgdeeplake.proxy.config.CheckConfig;

/**
 * How a server stands: what is known of it, what is wanted of it, and who is on it. Not
 * thread-safe: guarded by its backend's lock.
 */
final class Standing {
  final Condition condition;
  final Duty duty = new Duty();
  final Slots slots = new Slots();

  Standing(CheckConfig check) {
    this.condition = new Condition(check);
  }

  /** Takes note of what an operator wants. In maintenance nothing is known of it any more. */
  void administer(AdministrativeState wanted) {
    duty.administer(wanted);
    condition.touch();
    if (wanted == AdministrativeState.MAINT) {
      slots.leases().forEach(Lease::revoke);
      condition.forget();
    }
  }

  /** Whether it is up and may have sessions. */
  boolean active() {
    return condition.up() && duty.ready();
  }

  /**
   * Whether one more session may be sent to it.
   *
   * @param limit sessions at once; 0 is none
   * @param releaseConcurrency of them before their first answer
   */
  boolean takesSession(int limit, int releaseConcurrency) {
    return duty.ready() && condition.good() && slots.free(limit, releaseConcurrency);
  }

  void release(Lease lease) {
    slots.release(lease);
    condition.slotFreed();
  }

  /** Whether it takes nobody until a check finds it better: it is down or full. */
  boolean blocked() {
    return duty.administrative() == AdministrativeState.READY && condition.blocked();
  }

  /** Whether a check is wanted soon. */
  boolean unsettled() {
    // A drained one may go and come back between two slow checks, unseen.
    return condition.unsettled() || duty.drainsUntilDown();
  }

  /**
   * Whether a check has just ended the drain. One that has sessions may be out of this proxy's
   * reach alone, and what was not checked yet is not known to be down.
   */
  boolean drained(CheckResult result) {
    return !result.passed() && !condition.up() && slots.taken() == 0 && duty.endsEmpty();
  }

  /** As {@link Server#status}. */
  String status() {
    return switch (duty.administrative()) {
      case READY -> condition.display("UP");
      case DRAIN -> condition.display("DRAIN");
      case MAINT -> "MAINT";
    };
  }
}
