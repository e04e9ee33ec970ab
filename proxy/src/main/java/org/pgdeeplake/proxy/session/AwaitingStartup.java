package org.pgdeeplake.proxy.session;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.proxy.config.FrontendConfig.Mode;
import org.pgdeeplake.proxy.config.FrontendTls;
import org.pgdeeplake.proxy.demand.NoWake;
import org.pgdeeplake.proxy.postgres.StartupDecoder.Result;
import org.pgdeeplake.proxy.postgres.StartupPacket;
import org.pgdeeplake.proxy.session.Session.Refusal;

/** Reads startup packets until one says what the client wants. Nothing of it is demand yet. */
final class AwaitingStartup extends SessionState {
  AwaitingStartup(Session session) {
    super(session);
  }

  @Override
  void enter() {
    long limit = session.services().frontend().timeouts().startup().toNanos();
    session.startTimer(limit, this::timedOut);
    session.client().config().setAutoRead(true);
    advance();
  }

  @Override
  void onClientBytes(ByteBuf chunk) {
    session.reader().append(chunk);
    advance();
  }

  @Override
  void onClientEnd(boolean reset) {
    session.transition(new Closed(session, CloseReason.CLIENT_LEFT_STARTUP));
  }

  @Override
  void onStop(CloseReason reason) {
    session.transition(new Closed(session, reason));
  }

  private void timedOut() {
    if (session.record().bytesIn == 0) {
      session.transition(new Closed(session, CloseReason.STARTUP_TIMEOUT));
    } else {
      session.refuse(
          CloseReason.STARTUP_TIMEOUT,
          Refusals.startupTimeout(session.services().frontend().timeouts().startup()));
    }
  }

  private void advance() {
    if (session.services().frontend().mode() == Mode.TCP) {
      if (!session.reader().held().isEmpty()) {
        proceed(new Opening(Opening.Kind.BYTES, new byte[0]));
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
    boolean passed = session.services().frontend().tls().mode() == FrontendTls.Mode.PASSTHROUGH;
    return switch (decoded.packet()) {
      case StartupPacket.SslRequest(), StartupPacket.GssEncRequest() -> {
        if (passed) {
          proceed(new Opening(Opening.Kind.ENCRYPTION_REQUEST, packet));
        } else {
          session.send((byte) 'N');
        }
        yield !passed;
      }
      case StartupPacket.DirectTls() -> {
        Opening opening = new Opening(Opening.Kind.DIRECT_TLS, packet);
        if (passed) {
          proceed(opening);
        } else {
          session.transition(new Closed(session, CloseReason.PROTOCOL_ERROR, Opening.tlsAlert()));
        }
        yield false;
      }
      case StartupPacket.CancelRequest(var key) -> {
        session.transition(new Cancelling(session, key, packet));
        yield false;
      }
      case StartupPacket.StartupMessage message -> {
        startUp(message, new Opening(Opening.Kind.STARTUP_MESSAGE, packet));
        yield false;
      }
    };
  }

  private void startUp(StartupPacket.StartupMessage message, Opening opening) {
    boolean probe = message.applicationName().equals("pg_isready");
    if (probe && session.refusal() == null && session.services().backend().activeServers() == 0) {
      session.refuse(CloseReason.NOT_WOKEN, Refusals.asleep());
    } else {
      proceed(opening);
    }
  }

  private void proceed(Opening opening) {
    @Nullable Refusal refusal = session.refusal();
    if (refusal == null) {
      session.transition(new Queued(session, opening));
    } else {
      session.refuse(opening, refusal.reason(), refusal.error());
    }
  }
}
