package org.pgdeeplake.proxy.session;

import io.netty.buffer.ByteBuf;
import org.pgdeeplake.proxy.postgres.StartupDecoder.Result;
import org.pgdeeplake.proxy.postgres.StartupPacket;

/**
 * The server has answered a request for encryption with {@code N}, the client has heard it and goes
 * on in plain text, on the same two connections.
 */
final class Negotiated extends LinkedState {
  Negotiated(Session session, ServerLink link) {
    super(session, link);
  }

  @Override
  void enter() {
    session.startTimer(
        session.services().frontend().timeouts().startup().toNanos(),
        () -> {
          session.refuse(
              CloseReason.STARTUP_TIMEOUT,
              Refusals.startupTimeout(session.services().frontend().timeouts().startup()));
        });
  }

  @Override
  void onClientBytes(ByteBuf chunk) {
    session.reader().append(chunk);
    switch (session.reader().next()) {
      case Result.NeedMore() -> {}
      case Result.Malformed malformed -> {
        session.refuse(CloseReason.PROTOCOL_ERROR, malformed.answer());
      }
      case Result.Decoded decoded -> accept(decoded);
    }
  }

  private void accept(Result.Decoded decoded) {
    byte[] packet = session.reader().take(decoded);
    switch (decoded.packet()) {
      case StartupPacket.StartupMessage message -> {
        session.record().startedUp(message);
        startUp(new Opening(Opening.Kind.STARTUP_MESSAGE, packet));
      }
      case StartupPacket.SslRequest(), StartupPacket.GssEncRequest() ->
          session.transition(
              new AwaitingReply(
                  new Pending(session, new Opening(Opening.Kind.ENCRYPTION_REQUEST, packet)),
                  link));
      case StartupPacket.CancelRequest(var key) -> {
        session.record().leftServer();
        session.transition(new Cancelling(session, key, packet));
      }
      case StartupPacket.DirectTls() ->
          throw new IllegalStateException("direct TLS can only come first");
    }
  }

  private void startUp(Opening opening) {
    Pending pending = new Pending(session, opening);
    if (session.services().backend().config().tls().on()) {
      // What a client sends in plain text goes to servers over the proxy's own TLS.
      session.record().leftServer();
      session.transition(new Queued(pending));
    } else {
      link.lease().opening();
      session.transition(new AwaitingReply(pending, link));
    }
  }

  @Override
  void onClientEnd(boolean reset) {
    session.transition(new Closed(session, CloseReason.CLIENT_LEFT_STARTUP));
  }

  /** Nothing is due from the server now; whatever it is, this connection is of no more use. */
  @Override
  void onServerBytes(ByteBuf chunk) {
    chunk.release();
    startAgain();
  }

  @Override
  void onServerEnd(boolean reset) {
    startAgain();
  }

  @Override
  void onStop(CloseReason reason) {
    session.refuse(reason, Refusals.stopped(reason));
  }

  @Override
  void onEvicted() {
    startAgain();
  }

  private void startAgain() {
    session.record().leftServer();
    session.transition(new AwaitingStartup(session));
  }
}
