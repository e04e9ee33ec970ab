package org.pgdeeplake.proxy.tls;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.TooLongFrameException;
import io.netty.handler.ssl.NotSslRecordException;
import io.netty.handler.ssl.SslClientHelloHandler;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import java.nio.channels.ClosedChannelException;
import java.util.List;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLHandshakeException;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.proxy.net.HangUp;
import org.pgdeeplake.proxy.tls.ClientHello.Malformed;

/**
 * Waits for the ClientHello, refuses what no context could, waits for its turn, and makes way for
 * the SslHandler of the certificate that was asked for. One SslHandshakeCompletionEvent is fired in
 * any case.
 */
final class ClientHelloHandler extends SslClientHelloHandler<ClientHello> {
  /** RFC 8446 section 6. */
  private enum Alert {
    DECODE_ERROR(50),
    INTERNAL_ERROR(80),
    NO_APPLICATION_PROTOCOL(120);

    private final int code;

    Alert(int code) {
      this.code = code;
    }
  }

  private final TlsAcceptor acceptor;
  private final boolean direct;
  private final long deadlineNanos;
  private final long beginNanos = System.nanoTime();

  /** Whether the event was fired, or the SslHandler has it to fire. */
  private boolean decided;

  /** Not null from the ClientHello on, unless that is refused; with the hello that waits for it. */
  private HandshakeTurns.@Nullable Turn turn;

  private @Nullable Promise<ClientHello> waiting;

  /**
   * @param deadlineNanos when a turn would come too late
   */
  ClientHelloHandler(TlsAcceptor acceptor, boolean direct, long deadlineNanos) {
    this.acceptor = acceptor;
    this.direct = direct;
    this.deadlineNanos = deadlineNanos;
  }

  @Override
  protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) throws Exception {
    if (decided) {
      in.skipBytes(in.readableBytes());
      return;
    }
    try {
      super.decode(ctx, in, out);
    } catch (NotSslRecordException | TooLongFrameException _) {
      // Told and closed by the superclass.
      decided = true;
      acceptor.meter().refused(beginNanos);
    }
  }

  /**
   * Who waits for its turn may send as much as one read: the superclass would gather whatever
   * comes. As long as nothing comes it is read on, so that its end is seen; behind what has come
   * only epoll tells of an end, by reading unasked.
   */
  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) throws Exception {
    boolean behind = waits();
    boolean unasked = !ctx.channel().config().isAutoRead();
    super.channelRead(ctx, message);
    if (behind && waits()) {
      ctx.channel().config().setAutoRead(false);
      if (unasked && HangUp.explainsRead(ctx.channel())) {
        var _ = ctx.close();
      }
    }
  }

  /** The superclass would ask for another read, as a decoder that lacks something. */
  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) throws Exception {
    if (waits()) {
      ctx.fireChannelReadComplete();
    } else {
      super.channelReadComplete(ctx);
    }
  }

  private boolean waits() {
    return !decided && waiting != null && !waiting.isDone();
  }

  @Override
  protected Future<ClientHello> lookup(ChannelHandlerContext ctx, @Nullable ByteBuf clientHello) {
    try {
      if (clientHello == null) {
        return ctx.executor().newFailedFuture(new Malformed("another message"));
      }
      ClientHello hello = ClientHello.parse(clientHello);
      return refusal(hello) == null
          ? inTurn(ctx.executor(), hello)
          : ctx.executor().newSucceededFuture(hello);
    } catch (Malformed e) {
      return ctx.executor().newFailedFuture(e);
    }
  }

  /** What comes meanwhile: {@link #channelRead}. */
  private Future<ClientHello> inTurn(EventExecutor loop, ClientHello hello) {
    Promise<ClientHello> due = loop.newPromise();
    waiting = due;
    turn =
        acceptor
            .turns()
            .ask(
                deadlineNanos,
                new HandshakeTurns.Waiter() {
                  @Override
                  public void due() {
                    due.trySuccess(hello);
                  }

                  @Override
                  public void late() {
                    due.tryFailure(new TimeoutException("no turn in time"));
                  }
                });
    return due;
  }

  /** As PostgreSQL's be-secure-openssl.c and backend_startup.c: only direct TLS needs ALPN. */
  private @Nullable String refusal(ClientHello hello) {
    List<String> protocols = hello.protocols();
    if (protocols == null) {
      return direct ? "direct TLS without ALPN " + acceptor.protocol() : null;
    }
    return protocols.contains(acceptor.protocol()) ? null : "ALPN without " + acceptor.protocol();
  }

  @Override
  protected void onLookupComplete(ChannelHandlerContext ctx, Future<ClientHello> future) {
    if (decided) {
      // It is closed by now, and was told.
      return;
    }
    ctx.channel().config().setAutoRead(true);
    ClientHello hello = future.getNow();
    if (hello == null) {
      Alert alert = turn == null ? Alert.DECODE_ERROR : Alert.INTERNAL_ERROR;
      fail(ctx, alert, String.valueOf(future.cause().getMessage()));
      return;
    }
    HandshakeTurns.Turn now = turn;
    if (now == null) {
      fail(ctx, Alert.NO_APPLICATION_PROTOCOL, String.valueOf(refusal(hello)));
      return;
    }
    begin(ctx, hello, now);
  }

  private void begin(ChannelHandlerContext ctx, ClientHello hello, HandshakeTurns.Turn now) {
    SslHandler handler;
    try {
      handler = acceptor.open(hello, ctx.alloc(), now);
    } catch (RuntimeException | Error e) {
      fail(ctx, Alert.INTERNAL_ERROR, "TLS cannot begin: " + e.getMessage());
      return;
    }
    decided = true;
    ServerHelloPeek peek = new ServerHelloPeek(hello.session(), now::settle);
    try {
      var _ = ctx.pipeline().addBefore(ctx.name(), null, peek);
      var _ = ctx.pipeline().replace(this, null, handler);
    } catch (RuntimeException | Error e) {
      // Not in the pipeline, so it is still ours.
      ReferenceCountUtil.safeRelease(handler.engine());
      fail(ctx, Alert.INTERNAL_ERROR, "TLS cannot begin: " + e.getMessage());
      return;
    }
    try {
      // Only now is it sure to end; it cannot have succeeded without more bytes of the client.
      acceptor.meter().watch(handler, beginNanos, hello.resumes(), peek::resumed);
      var _ = handler.handshakeFuture().addListener(ended -> release(now));
    } finally {
      // The ClientHello reaches the SslHandler when this one's own call has returned.
      ctx.executor().execute(now::begun);
    }
  }

  /** However the handshake has ended: a task that still waits is for nobody. */
  private static void release(HandshakeTurns.Turn turn) {
    turn.settle();
    turn.end();
  }

  private void fail(ChannelHandlerContext ctx, Alert alert, String reason) {
    decided = true;
    leave();
    acceptor.meter().refused(beginNanos);
    // A record (RFC 8446 section 5.1) with a fatal alert.
    byte[] record = {21, 3, 3, 0, 2, 2, (byte) alert.code};
    var _ = ctx.writeAndFlush(ctx.alloc().buffer(record.length).writeBytes(record));
    ctx.fireUserEventTriggered(new SslHandshakeCompletionEvent(new SSLHandshakeException(reason)));
    var _ = ctx.close();
  }

  /** The turn is another's; what waits for it is told. */
  private void leave() {
    if (turn != null) {
      turn.end();
    }
    if (waiting != null) {
      waiting.tryFailure(new ClosedChannelException());
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) throws Exception {
    if (!decided) {
      decided = true;
      leave();
      acceptor.meter().refused(beginNanos);
      ctx.fireUserEventTriggered(new SslHandshakeCompletionEvent(new ClosedChannelException()));
    }
    super.channelInactive(ctx);
  }
}
