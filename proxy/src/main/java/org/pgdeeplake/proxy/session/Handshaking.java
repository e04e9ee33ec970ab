package org.pgdeeplake.proxy.session;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.time.Duration;
import java.util.Objects;
import org.pgdeeplake.proxy.net.TlsUnderlay;
import org.pgdeeplake.proxy.tls.TlsFailure;

/**
 * TLS with the client begins, once for each session. What it sends is the handshake; what comes
 * after it is decrypted and read by {@link AwaitingStartup} as if nothing had come before.
 */
final class Handshaking extends SessionState {
  private final boolean direct;
  private final long startupNanosLeft;

  /**
   * @param direct whether the client has begun without an SSLRequest
   * @param startupNanosLeft for the StartupMessage, when the handshake is over
   */
  Handshaking(Session session, boolean direct, long startupNanosLeft) {
    super(session);
    this.direct = direct;
    this.startupNanosLeft = startupNanosLeft;
  }

  @Override
  void enter() {
    SessionServices services = session.services();
    Duration limit = services.frontend().timeouts().tlsHandshake();
    session.startTimer(limit.toNanos(), this::timedOut);
    session.record().bytesForProxy = session.record().bytesIn;
    ChannelPipeline pipeline = session.client().pipeline();
    byte[] hello = session.reader().beginTls();
    if (!direct) {
      if (hello.length > 0) {
        throw new IllegalStateException("plain text is left over from before TLS");
      }
      session.send((byte) 'S');
    }
    pipeline.addFirst(Objects.requireNonNull(services.tls()).newHandler(direct, limit));
    if (direct) {
      pipeline.fireChannelRead(Unpooled.wrappedBuffer(hello));
      pipeline.fireChannelReadComplete();
    }
  }

  @Override
  void onHandshake(SslHandshakeCompletionEvent event) {
    if (event.isSuccess()) {
      TlsUnderlay.installForHalfClose(session.client());
      session.record().encrypted = true;
      session.transition(new AwaitingStartup(session, startupNanosLeft));
    } else {
      end(
          CloseReason.TLS_HANDSHAKE_FAILED,
          "SSL handshake failure (" + TlsFailure.reason(event.cause()) + ")");
    }
  }

  private void timedOut() {
    end(CloseReason.TLS_HANDSHAKE_TIMEOUT, "Timeout during SSL handshake");
  }

  @Override
  void onClientBytes(ByteBuf chunk) {
    chunk.release();
    throw new IllegalStateException("bytes come before the end of the handshake");
  }

  @Override
  void onClientEnd(boolean reset) {
    end(CloseReason.CLIENT_LEFT_STARTUP, "Connection closed during SSL handshake");
  }

  @Override
  void onStop(CloseReason reason) {
    session.transition(Closed.atOnce(session, reason));
  }

  private void end(CloseReason reason, String what) {
    session.end().failed(what);
    session.transition(Closed.atOnce(session, reason));
  }
}
