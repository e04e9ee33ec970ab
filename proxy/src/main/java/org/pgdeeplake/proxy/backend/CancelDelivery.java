package org.pgdeeplake.proxy.backend;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.util.ReferenceCountUtil;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.proxy.net.DirectCopy;

/**
 * Takes one CancelRequest to one server. PostgreSQL never answers it: it closes when the signal is
 * sent, and only then this is done. Confined to its loop.
 */
public final class CancelDelivery extends ChannelInboundHandlerAdapter {
  private final byte[] packet;
  private final Consumer<Boolean> whenDone;
  private ServerConnector.@Nullable Attempt attempt;
  private @Nullable Channel channel;
  private boolean done;

  private CancelDelivery(byte[] packet, Consumer<Boolean> whenDone) {
    this.packet = packet;
    this.whenDone = whenDone;
  }

  /**
   * @param limit for the connection; who waits for the rest has a limit of his own
   * @param whenDone called once, on the loop, with whether the server was reached; not after {@link
   *     #cancel}
   */
  public static CancelDelivery begin(
      ServerConnector connector,
      Destination destination,
      EventLoop loop,
      Duration limit,
      byte[] packet,
      Consumer<Boolean> whenDone) {
    CancelDelivery delivery = new CancelDelivery(packet, whenDone);
    delivery.attempt = connector.connect(destination, loop, limit, delivery, delivery::connected);
    return delivery;
  }

  private void connected(ServerConnector.Outcome outcome) {
    switch (outcome) {
      case ServerConnector.Outcome.Failed(var _) -> end(false);
      case ServerConnector.Outcome.Connected(Channel connected) -> {
        channel = connected;
        var _ = connected.writeAndFlush(DirectCopy.of(connected, packet), connected.voidPromise());
      }
    }
  }

  /** Whether the server has been reached. */
  public boolean delivered() {
    return channel != null;
  }

  /** Waits no longer; nobody is told. */
  public void cancel() {
    done = true;
    if (attempt != null) {
      attempt.cancel();
    }
    if (channel != null) {
      var _ = channel.close();
    }
  }

  private void end(boolean reached) {
    if (!done) {
      done = true;
      if (channel != null) {
        var _ = channel.close();
      }
      whenDone.accept(reached);
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    ReferenceCountUtil.release(message);
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event == ChannelInputShutdownEvent.INSTANCE) {
      end(true);
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    end(true);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    end(true);
  }
}
