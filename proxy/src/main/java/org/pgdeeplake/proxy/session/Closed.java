package org.pgdeeplake.proxy.session;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.haproxy.HAProxyMessage;
import java.util.concurrent.TimeUnit;
import org.pgdeeplake.proxy.net.ChannelEnd;

/**
 * The session has ended. What the client is still to hear is delivered, then the socket is closed:
 * first for writing, and for reading when the client has closed too, since closing it over unread
 * bytes would make the kernel reset the connection and take the last words with it.
 */
final class Closed extends SessionState {
  private static final long LINGER_NANOS = TimeUnit.SECONDS.toNanos(2);

  /** For a client that reads slowly; what is left for it is no more than the buffers hold. */
  private static final long FLUSH_NANOS = TimeUnit.SECONDS.toNanos(60);

  private final CloseReason reason;
  private final byte[] farewell;
  private final Manner manner;

  private enum Manner {
    FAREWELL,
    RESET,
    AT_ONCE
  }

  private Closed(Session session, CloseReason reason, byte[] farewell, Manner manner) {
    super(session);
    this.reason = reason;
    this.farewell = farewell;
    this.manner = manner;
  }

  Closed(Session session, CloseReason reason, byte[] farewell) {
    this(session, reason, farewell, Manner.FAREWELL);
  }

  Closed(Session session, CloseReason reason) {
    this(session, reason, new byte[0]);
  }

  CloseReason reason() {
    return reason;
  }

  /** The client sees a reset, as it would have from the server itself. */
  static Closed withReset(Session session, CloseReason reason) {
    return new Closed(session, reason, new byte[0], Manner.RESET);
  }

  /** For a client that can be told nothing, in the middle of a TLS handshake. */
  static Closed atOnce(Session session, CloseReason reason) {
    return new Closed(session, reason, new byte[0], Manner.AT_ONCE);
  }

  @Override
  void enter() {
    session.record().bytesOut += farewell.length;
    session.end().close(session, reason);
    Channel client = session.client();
    session.startTimer(FLUSH_NANOS, this::closeNow);
    if (manner == Manner.AT_ONCE) {
      // Not from within the handler that tells of a failed handshake: its alert is still to come.
      session
          .loop()
          .execute(() -> {
            var _ = client.close();
          });
      return;
    }
    if (!session.clientEnded()) {
      client.config().setAutoRead(true);
    }
    var _ =
        client
            .writeAndFlush(Unpooled.wrappedBuffer(farewell))
            .addListener(flushed -> finish(flushed.isSuccess()));
  }

  private void finish(boolean flushed) {
    Channel client = session.client();
    if (manner == Manner.RESET) {
      client.config().setOption(ChannelOption.SO_LINGER, 0);
    }
    if (manner == Manner.RESET || !flushed) {
      closeNow();
    } else if (session.clientEnded()) {
      session.cancelTimer();
      var _ = client.close();
    } else {
      session.startTimer(LINGER_NANOS, this::closeNow);
      ChannelEnd.shutdownOutput(client);
    }
  }

  private void closeNow() {
    session.cancelTimer();
    ChannelEnd.closeNow(session.client());
  }

  @Override
  void onClientBytes(ByteBuf chunk) {
    chunk.release();
  }

  /** It came too late. */
  @Override
  void onProxyHeader(HAProxyMessage header) {
    header.release();
  }

  /** Both sides are done; but what is still to be flushed goes first. */
  @Override
  void onClientEnd(boolean reset) {
    if (reset || ((DuplexChannel) session.client()).isOutputShutdown()) {
      closeNow();
    }
  }

  @Override
  void onStop(CloseReason stop) {}
}
