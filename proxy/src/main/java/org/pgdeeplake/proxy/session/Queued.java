package org.pgdeeplake.proxy.session;

import io.netty.buffer.ByteBuf;
import java.util.concurrent.TimeUnit;
import org.pgdeeplake.proxy.backend.Backend;
import org.pgdeeplake.proxy.backend.Lease;
import org.pgdeeplake.proxy.config.BackendConfig;
import org.pgdeeplake.proxy.postgres.ErrorResponse;

/**
 * Waits for a slot of a server, for {@code timeouts.queue} in all. From here on it is demand. A
 * probe does not wait: it has its slot at once, or its answer.
 */
final class Queued extends SessionState {
  private final Pending pending;

  Queued(Pending pending) {
    super(pending.session());
    this.pending = pending;
  }

  @Override
  void enter() {
    Refusal refusal = session.refusal();
    if (refusal != null) {
      // The proxy stops, and the attempt that was under way has failed.
      pending.refuse(refusal.reason(), refusal.error());
      return;
    }
    Backend backend = session.services().backend();
    SessionRecord record = session.record();
    if (record.queuedSinceNanos < 0) {
      record.queuedSinceNanos = System.nanoTime();
      record.ahead = backend.queued();
    }
    var _ = session.standing().claim();
    pending.startQueueTimer();
    BackendConfig config = backend.config();
    switch (backend.enter(session.standing().ticket())) {
      case QUEUE_FULL ->
          pending.refuse(
              CloseReason.QUEUE_FULL, Refusals.queueFull(backend.name(), config.queue().limit()));
      case CLIENT_LIMIT ->
          pending.refuse(
              CloseReason.QUEUE_CLIENT_LIMIT,
              Refusals.clientQueueLimit(config.queue().limitPerClient()));
      case WAITING -> {}
      case PAUSED -> {
        var _ =
            session
                .loop()
                .schedule(backend::retryWaiters, backend.turnaroundNanos(), TimeUnit.NANOSECONDS);
      }
    }
    ErrorResponse asleep = session.standing().asleep();
    if (asleep != null && session.state() == this) {
      // A slot that was given at once is on its way, and comes first.
      session.loop().execute(() -> session.guarded(() -> refuseProbe(asleep)));
    }
  }

  private void refuseProbe(ErrorResponse asleep) {
    if (session.state() == this) {
      pending.refuseProbe(asleep);
    }
  }

  @Override
  void exit(SessionState next) {
    if (!(next instanceof Queued)) {
      session.services().backend().leave(session.standing().ticket());
    }
  }

  @Override
  void onAssigned(Lease lease) {
    if (lease.revoked()) {
      lease.exchange();
      pending.requeue();
    } else {
      session.transition(new Connecting(pending, lease));
    }
  }

  @Override
  void onClientBytes(ByteBuf chunk) {
    pending.sentAhead(chunk);
  }

  @Override
  void onClientEnd(boolean reset) {
    session.transition(new Closed(session, CloseReason.CLIENT_LEFT_QUEUE));
  }

  @Override
  void onStop(CloseReason reason) {
    pending.stop(reason);
  }
}
