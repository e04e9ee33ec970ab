package org.pgdeeplake.proxy.session;

import org.jspecify.annotations.Nullable;
import org.pgdeeplake.proxy.backend.Ticket;
import org.pgdeeplake.proxy.backend.Waiter;
import org.pgdeeplake.proxy.demand.Claim;
import org.pgdeeplake.proxy.postgres.ErrorResponse;

/**
 * What a session is to its backend: a place in the queue and a claim on an instance, each made when
 * it is first asked for. Confined to the session's event loop.
 */
final class Standing {
  private final SessionServices services;
  private final SessionRecord record;
  private final Waiter waiter;
  private @Nullable Ticket ticket;
  private @Nullable Claim claim;
  private @Nullable ErrorResponse asleep;

  Standing(SessionServices services, SessionRecord record, Waiter waiter) {
    this.services = services;
    this.record = record;
    this.waiter = waiter;
  }

  /** The place in the queue; the same for all the session's life. */
  Ticket ticket() {
    if (ticket == null) {
      ticket = services.backend().ticket(waiter, record.client.getAddress(), asleep == null);
    }
    return ticket;
  }

  /** The session's claim on an instance; the first call makes it demand, but for probes. */
  Claim claim() {
    if (claim == null) {
      String backend = services.backend().name();
      claim =
          asleep == null ? services.demand().claim(backend) : services.demand().uncounted(backend);
      services.backend().traffic().sessionStarted();
    }
    return claim;
  }

  @Nullable Claim claimIfAny() {
    return claim;
  }

  /**
   * Not null for a probe, which wakes nothing and waits for nothing: what it hears where no server
   * takes it at once.
   */
  @Nullable ErrorResponse asleep() {
    return asleep;
  }

  void probes(ErrorResponse whileNothingIsUp) {
    asleep = whileNothingIsUp;
  }
}
