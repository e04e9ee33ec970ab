package org.pgdeeplake.proxy.backend;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.haproxy.HAProxyMessageEncoder;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.proxy.config.BackendTls;
import org.pgdeeplake.proxy.net.TlsUnderlay;
import org.pgdeeplake.proxy.postgres.ErrorResponse;
import org.pgdeeplake.proxy.postgres.SslReply;
import org.pgdeeplake.proxy.postgres.StartupReply;
import org.pgdeeplake.proxy.tls.TlsFailure;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a connection begins with before it is its owner's: the PROXY header, then TLS as {@code
 * tls.mode} says. It is the only handler until then; its end puts the owner's in its place.
 * Confined to the channel's loop.
 */
final class Negotiation extends ChannelInboundHandlerAdapter {
  private static final Logger log = LoggerFactory.getLogger(Negotiation.class);

  private enum Phase {
    CONNECTING("no connection"),
    SSL_REQUESTED("no answer to an SSLRequest"),
    HANDSHAKE("no end of the TLS handshake"),
    DONE("");

    final String lacking;

    Phase(String lacking) {
      this.lacking = lacking;
    }
  }

  private final Destination destination;
  private final ChannelHandler owner;
  private final Runnable whenReady;
  private final Consumer<Failure> whenFailed;
  private Phase phase = Phase.CONNECTING;
  private @Nullable ChannelHandlerContext context;
  private @Nullable ByteBuf reply;

  /**
   * @param whenReady the connection is the owner's, who is in the pipeline
   * @param whenFailed the connection is of no use; who is told closes it
   */
  Negotiation(
      Destination destination,
      ChannelHandler owner,
      Runnable whenReady,
      Consumer<Failure> whenFailed) {
    this.destination = destination;
    this.owner = owner;
    this.whenReady = whenReady;
    this.whenFailed = whenFailed;
  }

  /** What has not happened yet. */
  String lacking() {
    return phase.lacking;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    context = ctx;
  }

  /** The server has accepted the connection. */
  void begin() {
    ChannelHandlerContext ctx = Objects.requireNonNull(context);
    if (destination.header() != null) {
      ctx.pipeline().addFirst(HAProxyMessageEncoder.INSTANCE);
      var _ = ctx.write(destination.header().message(), ctx.voidPromise());
      ctx.pipeline().remove(HAProxyMessageEncoder.INSTANCE);
    }
    if (destination.tls() != null) {
      phase = Phase.SSL_REQUESTED;
      var _ = ctx.write(Unpooled.wrappedBuffer(SslReply.request()), ctx.voidPromise());
    }
    ctx.flush();
    if (phase == Phase.CONNECTING) {
      ready(ctx);
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (phase != Phase.SSL_REQUESTED) {
      ReferenceCountUtil.release(message);
      return;
    }
    ByteBuf chunk = (ByteBuf) message;
    if (reply == null) {
      reply = ctx.alloc().buffer(chunk.readableBytes());
    }
    reply.writeBytes(chunk);
    chunk.release();
    answered(ctx, SslReply.decode(reply));
  }

  private void answered(ChannelHandlerContext ctx, SslReply answer) {
    switch (answer) {
      case SslReply.NeedMore() -> {}
      case SslReply.Willing() -> {
        phase = Phase.HANDSHAKE;
        releaseReply();
        ctx.pipeline()
            .addFirst(
                Objects.requireNonNull(destination.tls())
                    .newHandler(ctx.alloc(), destination.certified()));
      }
      case SslReply.Unwilling() -> {
        BackendTls.Mode mode = Objects.requireNonNull(destination.tls()).mode();
        if (mode == BackendTls.Mode.PREFER) {
          ready(ctx);
        } else {
          failed(Failure.Kind.TLS, "has no TLS, which tls.mode = " + mode.word() + " asks for");
        }
      }
      case SslReply.Stuffed() ->
          failed(Failure.Kind.TLS, "sent more than its answer to an SSLRequest");
      case SslReply.Refused(String sqlState) -> refused(sqlState);
      case SslReply.Unknown() ->
          failed(Failure.Kind.EARLY_CLOSE, "did not understand an SSLRequest");
    }
  }

  private void refused(String sqlState) {
    Failure.Kind kind =
        sqlState.equals(ErrorResponse.TOO_MANY_CONNECTIONS)
            ? Failure.Kind.FULL
            : StartupReply.SERVERS_OWN.contains(sqlState)
                ? Failure.Kind.NOT_READY
                : Failure.Kind.EARLY_CLOSE;
    failed(kind, ("answered an SSLRequest with an error " + sqlState).strip());
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event == ChannelInputShutdownEvent.INSTANCE) {
      ended();
    } else if (event instanceof SslHandshakeCompletionEvent handshake) {
      if (handshake.isSuccess()) {
        TlsUnderlay.install(ctx.channel());
        ctx.pipeline().addLast(TlsErrors.INSTANCE);
        ready(ctx);
      } else {
        failed(Failure.Kind.TLS, TlsFailure.reason(handshake.cause()));
      }
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    ended();
  }

  private void ended() {
    switch (phase) {
      case SSL_REQUESTED ->
          failed(Failure.Kind.EARLY_CLOSE, "closed the connection on an SSLRequest");
      case HANDSHAKE -> failed(Failure.Kind.TLS, "closed the connection in the TLS handshake");
      case CONNECTING, DONE -> {}
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    // SslHandler tells of its failure as an event first, and then with a DecoderException.
    boolean network = cause instanceof IOException || cause instanceof DecoderException;
    if (!network) {
      log.error("internal error in the negotiation with {}", destination.address(), cause);
    }
    failed(
        phase == Phase.HANDSHAKE ? Failure.Kind.TLS : Failure.Kind.EARLY_CLOSE,
        network ? "reset the connection" : "internal error");
  }

  private void ready(ChannelHandlerContext ctx) {
    phase = Phase.DONE;
    ctx.pipeline().addLast(owner);
    ctx.pipeline().remove(this);
    whenReady.run();
  }

  private void failed(Failure.Kind kind, String detail) {
    if (phase != Phase.DONE) {
      phase = Phase.DONE;
      whenFailed.accept(new Failure(kind, detail));
    }
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext ctx) {
    releaseReply();
  }

  private void releaseReply() {
    if (reply != null) {
      reply.release();
      reply = null;
    }
  }
}
