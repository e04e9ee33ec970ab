package org.pgdeeplake.proxy.tls;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.TooLongFrameException;
import io.netty.handler.ssl.NotSslRecordException;
import io.netty.handler.ssl.SslClientHelloHandler;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import java.nio.channels.ClosedChannelException;
import java.util.List;
import javax.net.ssl.SSLHandshakeException;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.proxy.tls.ClientHello.Malformed;

/**
 * Waits for the ClientHello, refuses what no context could, and makes way for the SslHandler of the
 * certificate that was asked for. One SslHandshakeCompletionEvent is fired in any case.
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
  private final long beginNanos = System.nanoTime();

  /** Whether the event was fired, or the SslHandler has it to fire. */
  private boolean decided;

  ClientHelloHandler(TlsAcceptor acceptor, boolean direct) {
    this.acceptor = acceptor;
    this.direct = direct;
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

  @Override
  protected Future<ClientHello> lookup(ChannelHandlerContext ctx, @Nullable ByteBuf clientHello) {
    try {
      return clientHello == null
          ? ctx.executor().newFailedFuture(new Malformed("another message"))
          : ctx.executor().newSucceededFuture(ClientHello.parse(clientHello));
    } catch (Malformed e) {
      return ctx.executor().newFailedFuture(e);
    }
  }

  @Override
  protected void onLookupComplete(ChannelHandlerContext ctx, Future<ClientHello> future) {
    ClientHello hello = future.getNow();
    if (hello == null) {
      fail(ctx, Alert.DECODE_ERROR, String.valueOf(future.cause().getMessage()));
      return;
    }
    List<String> protocols = hello.protocols();
    // As PostgreSQL's be-secure-openssl.c and backend_startup.c: only direct TLS needs ALPN.
    if (protocols == null ? direct : !protocols.contains(acceptor.protocol())) {
      fail(
          ctx,
          Alert.NO_APPLICATION_PROTOCOL,
          protocols == null
              ? "direct TLS without ALPN " + acceptor.protocol()
              : "ALPN without " + acceptor.protocol());
      return;
    }
    SslHandler handler;
    try {
      handler = acceptor.open(hello, ctx.alloc());
    } catch (RuntimeException e) {
      fail(ctx, Alert.INTERNAL_ERROR, "TLS cannot begin: " + e.getMessage());
      return;
    }
    decided = true;
    ServerHelloPeek peek = new ServerHelloPeek(hello.session());
    try {
      var _ = ctx.pipeline().addBefore(ctx.name(), null, peek);
      var _ = ctx.pipeline().replace(this, null, handler);
    } catch (RuntimeException e) {
      // Not in the pipeline, so it is still ours.
      ReferenceCountUtil.safeRelease(handler.engine());
      fail(ctx, Alert.INTERNAL_ERROR, "TLS cannot begin: " + e.getMessage());
      return;
    }
    // Only now is it sure to end; it cannot have succeeded without more bytes of the client.
    acceptor.meter().watch(handler, beginNanos, hello.resumes(), peek::resumed);
  }

  private void fail(ChannelHandlerContext ctx, Alert alert, String reason) {
    decided = true;
    acceptor.meter().refused(beginNanos);
    // A record (RFC 8446 section 5.1) with a fatal alert.
    byte[] record = {21, 3, 3, 0, 2, 2, (byte) alert.code};
    var _ = ctx.writeAndFlush(ctx.alloc().buffer(record.length).writeBytes(record));
    ctx.fireUserEventTriggered(new SslHandshakeCompletionEvent(new SSLHandshakeException(reason)));
    var _ = ctx.close();
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) throws Exception {
    if (!decided) {
      decided = true;
      acceptor.meter().refused(beginNanos);
      ctx.fireUserEventTriggered(new SslHandshakeCompletionEvent(new ClosedChannelException()));
    }
    super.channelInactive(ctx);
  }
}
