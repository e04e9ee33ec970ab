package org.pgdeeplake.proxy.session;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.handler.ssl.SslHandler;
import org.pgdeeplake.proxy.backend.Failure;
import org.pgdeeplake.proxy.net.DirectCopy;
import org.pgdeeplake.proxy.postgres.ChannelBinding;
import org.pgdeeplake.proxy.postgres.ErrorResponse;
import org.pgdeeplake.proxy.postgres.StartupReply;

/**
 * Has sent the opening to a server and waits for its first word. Until then the server can fail
 * without the client's knowing.
 */
final class AwaitingReply extends Attempt {
  private final HeldBytes reply = new HeldBytes();
  private final long startNanos = System.nanoTime();

  AwaitingReply(Pending pending, ServerLink link) {
    super(pending, link);
  }

  @Override
  void enter() {
    long limit = session.services().backend().config().timeouts().connect().toNanos();
    session.startTimer(Math.min(limit, pending.queueNanosLeft()), this::timedOut);
    Channel server = link.channel();
    write(server, pending.opening().packet());
    write(server, session.reader().held().copy());
    server.flush();
  }

  private static void write(Channel server, byte[] bytes) {
    if (bytes.length > 0) {
      var _ = server.write(DirectCopy.of(server, bytes), server.voidPromise());
    }
  }

  @Override
  void onClientBytes(ByteBuf chunk) {
    if (!pending.awaitsAnswer()) {
      var _ = link.channel().write(chunk.retainedDuplicate(), link.channel().voidPromise());
    }
    pending.sentAhead(chunk);
  }

  @Override
  void onClientReadComplete() {
    link.channel().flush();
  }

  @Override
  void onServerBytes(ByteBuf chunk) {
    if (link.lease().revoked()) {
      // What it says now would take the session to a server that is to lose it.
      chunk.release();
      onEvicted();
      return;
    }
    reply.append(chunk);
    switch (pending.opening().kind()) {
      case DIRECT_TLS -> relay(true, reply);
      case BYTES -> throw new IllegalStateException("bytes are relayed without an answer");
      case ENCRYPTION_REQUEST -> encryptionAnswered(reply.view().getByte(0));
      case STARTUP_MESSAGE -> {
        switch (StartupReply.decode(reply.view())) {
          case StartupReply.NeedMore() -> {}
          case StartupReply.Accepted() -> accepted();
          case StartupReply.Refused(String sqlState, String message) ->
              failed(refusalKind(sqlState), "FATAL " + sqlState + ": " + message);
        }
      }
    }
  }

  /**
   * PostgreSQL closes without a word on TLS that it does not do: then that is the answer, and says
   * nothing against the server.
   */
  @Override
  void onServerEnd(boolean reset) {
    if (link.lease().revoked()) {
      onEvicted();
      return;
    }
    if (pending.opening().kind() == Opening.Kind.DIRECT_TLS) {
      session.transition(
          new Closed(session, CloseReason.TLS_REFUSED_BY_SERVER, Opening.tlsAlert()));
      return;
    }
    failed(
        Failure.Kind.EARLY_CLOSE,
        reset ? "reset the connection" : "closed the connection without an answer");
  }

  private void accepted() {
    boolean plainClient = session.client().pipeline().get(SslHandler.class) == null;
    boolean tlsServer = link.channel().pipeline().get(SslHandler.class) != null;
    if (!plainClient || !tlsServer) {
      relay(false, reply);
      return;
    }
    byte[] forPlainText = ChannelBinding.withhold(reply.view());
    if (forPlainText != null) {
      HeldBytes changed = new HeldBytes();
      changed.append(Unpooled.wrappedBuffer(forPlainText));
      relay(false, changed);
    } else if (reply.size() > StartupReply.MAX_BYTES) {
      failed(Failure.Kind.EARLY_CLOSE, "did not come to the point");
    }
  }

  private void encryptionAnswered(byte answer) {
    switch (answer) {
      case 'S', 'G' -> relay(true, reply);
      case 'N' -> {
        if (reply.size() > 1) {
          failed(Failure.Kind.EARLY_CLOSE, "sent more than its answer to an encryption request");
          return;
        }
        link.lease().answered();
        session.send((byte) 'N');
        session.transition(new Negotiated(session, link));
      }
      default -> failed(Failure.Kind.EARLY_CLOSE, "did not understand an encryption request");
    }
  }

  private static Failure.Kind refusalKind(String sqlState) {
    return sqlState.equals(ErrorResponse.TOO_MANY_CONNECTIONS)
        ? Failure.Kind.FULL
        : Failure.Kind.NOT_READY;
  }

  private void relay(boolean opaque, HeldBytes answer) {
    countFirstByte(System.nanoTime() - startNanos);
    session.transition(new Relaying(session, link, opaque, answer));
  }

  private void failed(Failure.Kind kind, String detail) {
    failed(new Failure(kind, detail));
  }

  private void timedOut() {
    if (pending.queueNanosLeft() <= 0) {
      pending.queueTimedOut();
    } else {
      failed(Failure.Kind.TIMEOUT, "no answer in time");
    }
  }
}
