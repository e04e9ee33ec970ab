package org.pgdeeplake.proxy.admin;

import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.LastHttpContent;
import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/**
 * The stream that a connection becomes when its client asks for one, and its place among those of
 * all connections. Confined to its loop.
 */
final class ConnectionStream {
  private final AdminConnection.Services services;
  private @Nullable LineStream lines;

  /** Given back with the connection. */
  private Runnable place = () -> {};

  ConnectionStream(AdminConnection.Services services) {
    this.services = services;
  }

  /** Nothing comes after it: it has no end. */
  boolean running() {
    return lines != null;
  }

  /** Begins it, or returns what is to be answered instead. */
  @Nullable Reply begin(
      ChannelHandlerContext ctx, Request request, Route.Stream route, Access access) {
    boolean onlyHead = request.method().equals(HttpMethod.HEAD);
    if (access == Access.OPEN && !onlyHead && !takePlace(request)) {
      return Answers.tooManyStreams();
    }
    Lines source;
    try {
      source = route.lines().apply(request);
    } catch (Refusal refusal) {
      return refusal.reply();
    }
    Answers.lines(ctx, request);
    if (onlyHead) {
      var _ = ctx.writeAndFlush(LastHttpContent.EMPTY_LAST_CONTENT);
    } else {
      lines = new LineStream(ctx, source, services.limits());
      lines.start();
    }
    return null;
  }

  /** Who has the credentials has one beyond those of everybody. */
  private boolean takePlace(Request request) {
    InetAddress client = request.client().getAddress();
    if (services.streams().take(client)) {
      place = () -> services.streams().leave(client);
      return true;
    }
    return services.gate().check(Access.CREDENTIALS, request) instanceof Gate.Verdict.Enter;
  }

  void writable() {
    if (lines != null) {
      lines.writable();
    }
  }

  /** Tells its reader that this was all, and closes; false where there is none. */
  boolean end() {
    if (lines == null) {
      return false;
    }
    lines.end();
    return true;
  }

  /** The connection has ended. */
  void stop() {
    place.run();
    if (lines != null) {
      lines.stop();
    }
  }
}
