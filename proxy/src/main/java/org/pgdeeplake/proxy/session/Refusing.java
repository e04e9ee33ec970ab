package org.pgdeeplake.proxy.session;

import io.netty.buffer.ByteBuf;
import org.pgdeeplake.proxy.postgres.StartupDecoder.Result;
import org.pgdeeplake.proxy.postgres.StartupPacket;

/**
 * A session is refused while its client waits for the answer to a request for encryption. An error
 * in its place would make libpq start over, so the answer is {@code N}, and the error follows the
 * StartupMessage.
 */
final class Refusing extends SessionState {
  private final Refusal refusal;

  Refusing(Session session, Refusal refusal) {
    super(session);
    this.refusal = refusal;
  }

  @Override
  void enter() {
    long limitNanos = session.services().frontend().timeouts().startup().toNanos();
    session.startTimer(
        session.refusal() == null ? limitNanos : Math.min(limitNanos, AwaitingStartup.GUEST_NANOS),
        this::closeSilently);
    session.client().config().setAutoRead(true);
    session.send((byte) 'N');
  }

  @Override
  void onClientBytes(ByteBuf chunk) {
    session.reader().append(chunk);
    switch (session.reader().next()) {
      case Result.NeedMore() -> {}
      case Result.Malformed malformed -> session.refuse(refusal.reason(), malformed.answer());
      case Result.Decoded decoded -> {
        byte[] packet = session.reader().take(decoded);
        switch (decoded.packet()) {
          case StartupPacket.StartupMessage _ -> session.refuse(refusal.reason(), refusal.error());
          case StartupPacket.SslRequest(), StartupPacket.GssEncRequest() ->
              session.send((byte) 'N');
          case StartupPacket.CancelRequest(var key) ->
              session.transition(new Cancelling(session, key, packet));
          case StartupPacket.DirectTls() -> closeSilently();
        }
      }
    }
  }

  @Override
  void onClientEnd(boolean reset) {
    closeSilently();
  }

  @Override
  void onStop(CloseReason reason) {
    closeSilently();
  }

  private void closeSilently() {
    session
        .services()
        .metrics()
        .refused(session.services().frontend().name(), refusal.reason().label(), Refusals.UNTOLD);
    session.transition(
        session.refusal() == null
            ? new Closed(session, refusal.reason())
            : Closed.atOnce(session, refusal.reason()));
  }
}
