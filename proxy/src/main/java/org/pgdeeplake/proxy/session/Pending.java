package org.pgdeeplake.proxy.session;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import java.time.Duration;
import org.pgdeeplake.proxy.net.HangUp;
import org.pgdeeplake.proxy.postgres.ErrorResponse;

/**
 * A session that has opened and that no server has taken yet: the limits of its waiting, what its
 * client sends ahead of the server's first word, and what it hears where there will be none.
 * Confined to the session's event loop.
 */
record Pending(Session session, Opening opening) {
  /** One limit for all the waiting of a session, over all its attempts. */
  void startQueueTimer() {
    session.startTimer(queueNanosLeft(), this::queueTimedOut);
  }

  long queueNanosLeft() {
    Duration limit = session.services().backend().config().timeouts().queue();
    session.record().queueLimit = limit;
    return limit.toNanos() - (System.nanoTime() - session.record().queuedSinceNanos);
  }

  void queueTimedOut() {
    refuse(CloseReason.QUEUE_TIMEOUT, Refusals.queueTimeout(session));
  }

  /** Whether nothing may come of the client before it has its answer. */
  boolean awaitsAnswer() {
    return opening.kind() == Opening.Kind.ENCRYPTION_REQUEST;
  }

  /** What the client has sent before its server said anything. Takes the chunk over. */
  void sentAhead(ByteBuf chunk) {
    if (awaitsAnswer()) {
      chunk.release();
      session.refuse(CloseReason.PROTOCOL_ERROR, StartupReader.stuffed());
    } else {
      hold(chunk);
    }
  }

  /**
   * Keeps it, and reads no more until then: a waiter costs no more memory than one read. What comes
   * all the same was read by the transport because the client has hung up ({@link HangUp}), which
   * nothing else would tell.
   */
  private void hold(ByteBuf chunk) {
    Channel client = session.client();
    session.reader().append(chunk);
    client.config().setAutoRead(false);
    if (session.readUnasked() && HangUp.explainsRead(client)) {
      session.state().onClientEnd(false);
    } else if (session.services().sessions().held().exhausted()) {
      stop(CloseReason.CONNECTION_LIMIT);
    }
  }

  /** Back to the queue, but for a probe. */
  void requeue() {
    ErrorResponse asleep = session.standing().asleep();
    if (asleep != null) {
      refuseProbe(asleep);
    } else {
      session.transition(new Queued(this));
    }
  }

  void stop(CloseReason reason) {
    refuse(reason, Refusals.stopped(reason));
  }

  /**
   * @param error where no operator has taken the servers away
   */
  void refuseProbe(ErrorResponse error) {
    refuse(CloseReason.NOT_WOKEN, Refusals.toProbe(session.services().backend(), error));
  }

  /** Ends the session, in the way that its client understands. */
  void refuse(CloseReason reason, ErrorResponse error) {
    if (opening.opaque()) {
      SessionServices services = session.services();
      services.metrics().refused(services.frontend().name(), reason.label(), Refusals.UNTOLD);
    }
    switch (opening.kind()) {
      case STARTUP_MESSAGE -> session.refuse(reason, error);
      case ENCRYPTION_REQUEST ->
          session.transition(new Refusing(session, new Refusal(reason, error)));
      case DIRECT_TLS -> session.transition(new Closed(session, reason, Opening.tlsAlert()));
      case BYTES -> session.transition(new Closed(session, reason, new byte[0]));
    }
  }
}
