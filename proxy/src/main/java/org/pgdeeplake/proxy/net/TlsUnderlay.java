package org.pgdeeplake.proxy.net;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.ssl.ReferenceCountedOpenSslEngine;
import io.netty.handler.ssl.SslHandler;
import io.netty.internal.tcnative.SSL;
import java.lang.reflect.Field;
import javax.net.ssl.SSLEngine;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Between Netty's SslHandler and the socket, from the end of the handshake on, for what SslHandler
 * leaves out: failed writes are told as exceptions, as they are without TLS; the peer's
 * close_notify is told as {@link Event#PEER_ENDED}, and not, as SslHandler's own event is, also
 * after ours; and what comes behind it is dropped and not gathered.
 */
public final class TlsUnderlay extends ChannelDuplexHandler {
  /** The user events that it fires. */
  public enum Event {
    /** The peer's close_notify: it will send nothing more. */
    PEER_ENDED
  }

  private static final Logger log = LoggerFactory.getLogger(TlsUnderlay.class);
  private static final @Nullable Field RECEIVED_SHUTDOWN = receivedShutdown();

  private final SSLEngine engine;
  private boolean peerEnded;

  private TlsUnderlay(SSLEngine engine) {
    this.engine = engine;
  }

  /** To be called when the handshake has succeeded. */
  public static void install(Channel channel) {
    SSLEngine engine = channel.pipeline().get(SslHandler.class).engine();
    channel.pipeline().addFirst(new TlsUnderlay(engine));
  }

  /**
   * The same for a channel that goes on sending when its peer has ended (RFC 8446, 6.1). Netty's
   * engine on OpenSSL (4.2.18 at least) answers a close_notify at once with its own, and what is
   * still to be sent is lost; not so when it believes that it has seen one before. {@code
   * TlsHalfCloseIT} fails without this.
   */
  public static void installForHalfClose(Channel channel) {
    install(channel);
    SSLEngine engine = channel.pipeline().get(SslHandler.class).engine();
    if (RECEIVED_SHUTDOWN != null && engine instanceof ReferenceCountedOpenSslEngine) {
      try {
        RECEIVED_SHUTDOWN.setBoolean(engine, true);
      } catch (IllegalAccessException e) {
        throw new IllegalStateException("was made accessible", e);
      }
    }
  }

  private static @Nullable Field receivedShutdown() {
    try {
      Field field = ReferenceCountedOpenSslEngine.class.getDeclaredField("receivedShutdown");
      field.setAccessible(true);
      return field;
    } catch (ReflectiveOperationException | RuntimeException e) {
      log.warn("clients that half-close TLS will not hear the rest: Netty has changed", e);
      return null;
    }
  }

  @Override
  public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
    if (!promise.isVoid()) {
      var _ = promise.addListener(ChannelFutureListener.FIRE_EXCEPTION_ON_FAILURE);
    }
    var _ = ctx.write(message, promise);
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (peerEnded) {
      ((ByteBuf) message).release();
    } else {
      ctx.fireChannelRead(message);
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    ctx.fireChannelReadComplete();
    if (!peerEnded && closeNotifyReceived()) {
      peerEnded = true;
      ctx.pipeline().fireUserEventTriggered(Event.PEER_ENDED);
    }
  }

  @SuppressWarnings("deprecation") // there is no other way to ask BoringSSL
  private boolean closeNotifyReceived() {
    if (engine.isInboundDone()) {
      return true;
    }
    if (!(engine instanceof ReferenceCountedOpenSslEngine openSsl)) {
      return false;
    }
    long pointer = openSsl.sslPointer();
    return pointer != 0 && (SSL.getShutdown(pointer) & SSL.SSL_RECEIVED_SHUTDOWN) != 0;
  }
}
