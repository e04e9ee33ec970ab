package org.pgdeeplake.proxy.session;

import io.netty.buffer.ByteBuf;
import java.util.concurrent.TimeUnit;
import org.pgdeeplake.proxy.config.FrontendConfig.Mode;
import org.pgdeeplake.proxy.config.FrontendTls;
import org.pgdeeplake.proxy.demand.NoWake;
import org.pgdeeplake.proxy.postgres.ErrorResponse;
import org.pgdeeplake.proxy.postgres.StartupDecoder.Result;
import org.pgdeeplake.proxy.postgres.StartupPacket;
import org.pgdeeplake.proxy.tls.TlsFailure;

/** Reads startup packets until one says what the client wants. Nothing of it is demand yet. */
final class AwaitingStartup extends SessionState {
  /**
   * Who is refused is one of few guests, and may have nothing to say: the next one may have a
   * cancel request.
   */
  static final long GUEST_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final long limitNanos;
  private final long startNanos = System.nanoTime();

  AwaitingStartup(Session session) {
    this(session, session.services().frontend().timeouts().startup().toNanos());
  }

  /**
   * @param limitNanos what is left of {@code timeouts.startup}
   */
  AwaitingStartup(Session session, long limitNanos) {
    super(session);
    this.limitNanos = limitNanos;
  }

  @Override
  void enter() {
    session.startTimer(
        session.refusal() == null ? limitNanos : Math.min(limitNanos, GUEST_NANOS), this::timedOut);
    session.client().config().setAutoRead(true);
    advance();
  }

  @Override
  void onClientBytes(ByteBuf chunk) {
    session.reader().append(chunk);
    advance();
    if (session.state() == this && session.services().sessions().held().exhausted()) {
      session.refuse(CloseReason.CONNECTION_LIMIT, Refusals.outOfMemory());
    }
  }

  /** The client's TLS has broken; it can be told nothing. */
  @Override
  void onUndecodable(Throwable cause) {
    session.end().failed("SSL error after the handshake (" + TlsFailure.reason(cause) + ")");
    session.transition(Closed.atOnce(session, CloseReason.PROTOCOL_ERROR));
  }

  @Override
  void onClientEnd(boolean reset) {
    session.transition(new Closed(session, CloseReason.CLIENT_LEFT_STARTUP));
  }

  /** Who was with a server that had no TLS was promised an answer. */
  @Override
  void onStop(CloseReason reason) {
    if (session.standing().claimIfAny() == null) {
      session.transition(new Closed(session, reason));
    } else {
      session.refuse(reason, Refusals.stopped(reason));
    }
  }

  private void timedOut() {
    Refusal refusal = session.refusal();
    if (session.record().bytesIn == 0) {
      session.transition(
          refusal == null
              ? new Closed(session, CloseReason.STARTUP_TIMEOUT)
              : Closed.atOnce(session, CloseReason.STARTUP_TIMEOUT));
    } else if (session.reader().looksLikeTls()) {
      session.transition(new Closed(session, CloseReason.STARTUP_TIMEOUT, Opening.tlsAlert()));
    } else if (refusal != null) {
      session.refuse(refusal.reason(), refusal.error());
    } else {
      session.refuse(
          CloseReason.STARTUP_TIMEOUT,
          Refusals.startupTimeout(session.services().frontend().timeouts().startup()));
    }
  }

  private void advance() {
    if (session.services().frontend().mode() == Mode.TCP) {
      if (!session.reader().held().isEmpty()) {
        var _ = proceed(new Opening(Opening.Kind.BYTES, new byte[0]));
      }
      return;
    }
    boolean more = true;
    while (more) {
      more =
          switch (session.reader().next()) {
            case Result.NeedMore() -> false;
            case Result.Malformed malformed -> {
              session.end().noWake(session.reader().looksLikeHttp() ? NoWake.HTTP : NoWake.GARBAGE);
              session.refuse(CloseReason.PROTOCOL_ERROR, malformed.answer());
              yield false;
            }
            case Result.Decoded decoded -> accept(decoded);
          };
    }
  }

  /** Returns whether this state goes on reading. */
  private boolean accept(Result.Decoded decoded) {
    byte[] packet = session.reader().take(decoded);
    return switch (decoded.packet()) {
      case StartupPacket.SslRequest() ->
          switch (tls().mode()) {
            case PASSTHROUGH -> proceed(new Opening(Opening.Kind.ENCRYPTION_REQUEST, packet));
            case TERMINATE -> shakeHands(false);
            case OFF -> answerNo();
          };
      case StartupPacket.GssEncRequest() ->
          tls().mode() == FrontendTls.Mode.PASSTHROUGH
              ? proceed(new Opening(Opening.Kind.ENCRYPTION_REQUEST, packet))
              : answerNo();
      case StartupPacket.DirectTls() ->
          switch (tls().mode()) {
            case PASSTHROUGH -> proceed(new Opening(Opening.Kind.DIRECT_TLS, packet));
            case TERMINATE -> shakeHands(true);
            case OFF -> {
              session.transition(
                  new Closed(session, CloseReason.PROTOCOL_ERROR, Opening.tlsAlert()));
              yield false;
            }
          };
      case StartupPacket.CancelRequest(var key) -> {
        // Also in plain text where TLS is required: it opens no session, and nobody answers it.
        session.transition(new Cancelling(session, key, packet));
        yield false;
      }
      case StartupPacket.StartupMessage message ->
          startUp(message, new Opening(Opening.Kind.STARTUP_MESSAGE, packet));
    };
  }

  private FrontendTls tls() {
    return session.services().frontend().tls();
  }

  private boolean answerNo() {
    session.send((byte) 'N');
    return true;
  }

  private boolean shakeHands(boolean direct) {
    long left = limitNanos - (System.nanoTime() - startNanos);
    session.transition(new Handshaking(session, direct, left));
    return false;
  }

  private boolean startUp(StartupPacket.StartupMessage message, Opening opening) {
    session.record().startedUp(message);
    if (tls().require() && !session.record().encrypted) {
      session.refuse(CloseReason.TLS_REQUIRED, Refusals.tlsRequired());
      return false;
    }
    if (message.applicationName().equals("pg_isready") && session.standing().asleep() == null) {
      session.probes(NoWake.PG_ISREADY, Refusals.asleep());
    }
    return proceed(opening);
  }

  private boolean proceed(Opening opening) {
    Pending pending = new Pending(session, opening);
    Refusal refusal = session.refusal();
    ErrorResponse asleep = session.standing().asleep();
    if (refusal != null) {
      pending.refuse(refusal.reason(), refusal.error());
    } else if (asleep != null && !session.services().backend().administration().available()) {
      pending.refuseProbe(asleep);
    } else {
      session.transition(new Queued(pending));
    }
    return false;
  }
}
