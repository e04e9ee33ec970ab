package org.pgdeeplake.proxy.session;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.proxy.backend.Destination;
import org.pgdeeplake.proxy.backend.Lease;
import org.pgdeeplake.proxy.backend.ProxyHeader;
import org.pgdeeplake.proxy.backend.Server;
import org.pgdeeplake.proxy.backend.ServerConnector;
import org.pgdeeplake.proxy.backend.ServerConnector.Outcome;
import org.pgdeeplake.proxy.demand.NoWake;
import org.pgdeeplake.proxy.postgres.CancelKey;

/**
 * Takes a CancelRequest to the server that issued its key, or, where nobody remembers the key, to
 * every server that is up. It neither queues nor wakes nor counts against a limit. The client's
 * connection stays open until the server has closed its own: a client that goes on when the
 * connection closes must not have its next query cancelled.
 */
final class Cancelling extends SessionState {
  private final CancelKey key;
  private final byte[] packet;
  private final List<ServerConnector.Attempt> attempts = new ArrayList<>();
  private final List<Channel> channels = new ArrayList<>();
  private int open;
  private boolean delivered;
  private boolean broadcast;

  Cancelling(Session session, CancelKey key, byte[] packet) {
    super(session);
    this.key = key;
    this.packet = packet;
  }

  @Override
  void enter() {
    session.end().noWake(NoWake.CANCEL_REQUEST);
    SessionServices services = session.services();
    var limit = services.backend().config().timeouts().connect();
    ProxyHeader header = Connecting.header(session);
    @Nullable Lease target = services.cancelKeys().lease(key);
    broadcast = target == null && services.cancelKeys().beginBroadcast();
    List<Destination> targets =
        target != null
            ? List.of(target.destination(true, header))
            : broadcast ? everyServer(header) : List.of();
    open = targets.size();
    if (open == 0) {
      done();
      return;
    }
    session.startTimer(limit.toNanos(), this::done);
    for (Destination destination : targets) {
      attempts.add(
          services
              .connector()
              .connect(destination, session.loop(), limit, new UntilClosed(), this::connected));
    }
  }

  private List<Destination> everyServer(ProxyHeader header) {
    return session.services().backends().stream()
        .flatMap(backend -> backend.servers().stream())
        .filter(Server::up)
        .map(server -> server.destination(true, header))
        .toList();
  }

  private void connected(Outcome outcome) {
    switch (outcome) {
      case Outcome.Failed(var _) -> oneDone();
      case Outcome.Connected(Channel channel) -> {
        delivered = true;
        channels.add(channel);
        var _ = channel.writeAndFlush(Unpooled.wrappedBuffer(packet), channel.voidPromise());
      }
    }
  }

  private void oneDone() {
    open--;
    if (open == 0 && session.state() == this) {
      done();
    }
  }

  private void done() {
    session
        .services()
        .metrics()
        .cancel(delivered ? broadcast ? "broadcast" : "forwarded" : "failed");
    session.transition(new Closed(session, CloseReason.NORMAL));
  }

  @Override
  void exit(SessionState next) {
    if (broadcast) {
      session.services().cancelKeys().broadcastDone();
    }
    attempts.forEach(ServerConnector.Attempt::cancel);
    channels.forEach(channel -> {
      var _ = channel.close();
    });
  }

  @Override
  void onClientBytes(ByteBuf chunk) {
    chunk.release();
  }

  /** The request is delivered whether or not its sender waits. */
  @Override
  void onClientEnd(boolean reset) {}

  @Override
  void onStop(CloseReason reason) {
    done();
  }

  /** PostgreSQL never answers a CancelRequest: it closes when the signal is sent. */
  private final class UntilClosed extends ChannelInboundHandlerAdapter {
    private boolean closed;

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      ReferenceCountUtil.release(message);
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
      if (event == ChannelInputShutdownEvent.INSTANCE) {
        end(ctx);
      }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
      end(ctx);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      end(ctx);
    }

    private void end(ChannelHandlerContext ctx) {
      if (!closed) {
        closed = true;
        var _ = ctx.close();
        oneDone();
      }
    }
  }
}
