package org.pgdeeplake.proxy.session;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.DuplexChannel;
import java.util.concurrent.TimeUnit;

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
  private final boolean reset;

  private Closed(Session session, CloseReason reason, byte[] farewell, boolean reset) {
    super(session);
    this.reason = reason;
    this.farewell = farewell;
    this.reset = reset;
  }

  Closed(Session session, CloseReason reason, byte[] farewell) {
    this(session, reason, farewell, false);
  }

  Closed(Session session, CloseReason reason) {
    this(session, reason, new byte[0], false);
  }

  CloseReason reason() {
    return reason;
  }

  /** The client sees a reset, as it would have from the server itself. */
  static Closed withReset(Session session, CloseReason reason) {
    return new Closed(session, reason, new byte[0], true);
  }

  @Override
  void enter() {
    session.record().bytesOut += farewell.length;
    session.end().close(session, reason);
    Channel client = session.client();
    session.startTimer(FLUSH_NANOS, this::closeChannel);
    if (!session.clientEnded()) {
      client.config().setAutoRead(true);
    }
    var _ =
        client
            .writeAndFlush(Unpooled.wrappedBuffer(farewell))
            .addListener(flushed -> finish(flushed.isSuccess()));
  }

  private void finish(boolean flushed) {
    if (reset) {
      session.client().config().setOption(ChannelOption.SO_LINGER, 0);
    }
    if (reset || !flushed || session.clientEnded()) {
      closeChannel();
    } else {
      session.startTimer(LINGER_NANOS, this::closeChannel);
      var _ = ((DuplexChannel) session.client()).shutdownOutput();
    }
  }

  private void closeChannel() {
    session.cancelTimer();
    var _ = session.client().close();
  }

  @Override
  void onClientBytes(ByteBuf chunk) {
    chunk.release();
  }

  /** Both sides are done; but what is still to be flushed goes first. */
  @Override
  void onClientEnd(boolean reset) {
    if (reset || ((DuplexChannel) session.client()).isOutputShutdown()) {
      closeChannel();
    }
  }

  @Override
  void onStop(CloseReason stop) {}
}
