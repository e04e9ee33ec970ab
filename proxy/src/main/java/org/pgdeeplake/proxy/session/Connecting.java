package org.pgdeeplake.proxy.session;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.proxy.backend.Lease;
import org.pgdeeplake.proxy.backend.ServerConnector;
import org.pgdeeplake.proxy.backend.ServerConnector.Outcome;

/** Has a slot of a server and connects to it. */
final class Connecting extends SessionState {
  private final Opening opening;
  private final Lease lease;
  private final ServerLink link;
  private final long startNanos = System.nanoTime();
  private ServerConnector.@Nullable Attempt attempt;

  Connecting(Session session, Opening opening, Lease lease) {
    super(session);
    this.opening = opening;
    this.lease = lease;
    this.link = new ServerLink(session, lease);
  }

  @Override
  void enter() {
    SessionServices services = session.services();
    SessionRecord record = session.record();
    if (record.server != null && record.server != lease.server()) {
      record.redispatched = true;
      record.server.traffic().redispatched();
      services.backend().traffic().redispatched();
    }
    record.server = lease.server();
    Queued.startQueueTimer(session, this::timedOut);
    attempt =
        services
            .connector()
            .connect(
                lease.server().address(),
                session.loop(),
                services.backend().config().timeouts().connect(),
                link,
                this::connected);
  }

  @Override
  void exit() {
    if (attempt != null) {
      attempt.cancel();
    }
  }

  private void connected(Outcome outcome) {
    switch (outcome) {
      case Outcome.Connected(var _) -> {
        SessionRecord record = session.record();
        record.connectNanos = System.nanoTime() - startNanos;
        record.waitedNanos = startNanos - record.queuedSinceNanos;
        session.transition(new AwaitingReply(session, opening, link));
      }
      case Outcome.Failed(var failure) -> session.attemptFailed(lease, failure, opening);
    }
  }

  @Override
  void onClientBytes(ByteBuf chunk) {
    session.hold(chunk);
    if (opening.kind() == Opening.Kind.ENCRYPTION_REQUEST) {
      link.close();
      session.refuse(CloseReason.PROTOCOL_ERROR, StartupReader.stuffed());
    }
  }

  @Override
  void onClientEnd(boolean reset) {
    link.close();
    session.transition(new Closed(session, CloseReason.CLIENT_LEFT_CONNECTING));
  }

  @Override
  void onStop(CloseReason reason) {
    link.close();
    session.refuse(opening, reason, Refusals.shuttingDown());
  }

  private void timedOut() {
    link.close();
    session.refuse(opening, CloseReason.QUEUE_TIMEOUT, Refusals.queueTimeout(session));
  }
}
