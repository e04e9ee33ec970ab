package org.pgdeeplake.proxy.session;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.proxy.backend.Lease;
import org.pgdeeplake.proxy.backend.Server;
import org.pgdeeplake.proxy.net.ChannelEnd;
import org.pgdeeplake.proxy.net.TlsUnderlay;

/**
 * A session's connection to a server and the slot that it holds. Tells the session of the channel's
 * events until it is closed. Confined to the session's event loop.
 */
final class ServerLink extends ChannelInboundHandlerAdapter {
  private final Session session;
  private final Lease lease;
  private @Nullable Channel channel;
  private boolean reset;
  private boolean ended;
  private boolean closed;

  ServerLink(Session session, Lease lease) {
    this.session = session;
    this.lease = lease;
  }

  Lease lease() {
    return lease;
  }

  Server server() {
    return lease.server();
  }

  /** Only after the connection was made. */
  Channel channel() {
    return Objects.requireNonNull(channel);
  }

  /** Ends the connection and gives the slot back. */
  void close() {
    if (giveBack() && channel != null) {
      var _ = channel.close();
    }
  }

  /** The same, but the server sees a reset, as it would have from the client itself. */
  void abort() {
    if (giveBack() && channel != null) {
      channel.config().setOption(ChannelOption.SO_LINGER, 0);
      ChannelEnd.closeNow(channel);
    }
  }

  /** First of all: what the channel tells of its end is no news then, however soon it does. */
  private boolean giveBack() {
    boolean first = !closed;
    closed = true;
    if (first) {
      lease.close();
    }
    return first;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    channel = ctx.channel();
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    ByteBuf chunk = (ByteBuf) message;
    if (closed) {
      chunk.release();
    } else {
      session.state().onServerBytes(chunk);
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    if (!closed) {
      session.state().onServerReadComplete();
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    if (!closed) {
      session.state().onWritabilityChanged();
    }
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event == ChannelInputShutdownEvent.INSTANCE || event == TlsUnderlay.Event.PEER_ENDED) {
      end();
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    end();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    if (cause instanceof ClosedChannelException) {
      // What was still to be sent when the server ended.
    } else if (cause instanceof IOException) {
      // From a read, the end of the input follows; what a write could not send is lost with it.
      // SslHandler closes on what it cannot decrypt.
      reset = true;
      if (!ended && !closed) {
        // Without reading, that end may not be seen.
        ctx.channel().config().setAutoRead(true);
      }
    } else if (!closed) {
      session.failed(cause);
    }
  }

  private void end() {
    if (!ended && !closed) {
      ended = true;
      session.state().onServerEnd(reset);
    }
  }
}
