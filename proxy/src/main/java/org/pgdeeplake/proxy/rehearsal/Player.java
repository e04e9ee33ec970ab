package org.pgdeeplake.proxy.rehearsal;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Plays a client: says a line, hears as many bytes as are its answer, says the next. One for each
 * connection; on its loop.
 */
final class Player extends ChannelInboundHandlerAdapter {
  private record Line(ByteBuf words, int answerBytes) {}

  private static final Line ASK = new Line(Script.SSL_REQUEST, Script.NO_TLS.readableBytes());
  private static final Line START = new Line(Script.STARTUP, Script.WELCOME.readableBytes());
  private static final Line QUERY = new Line(Script.QUERY, Script.ROW.readableBytes());
  private static final Line MUCH = new Line(Script.MUCH_QUERY, Script.MUCH.readableBytes());
  private static final Line LEAVE = new Line(Script.TERMINATE, Integer.MAX_VALUE);

  private final List<Line> lines;
  private final Consumer<Boolean> ended;
  private int next;
  private int expected;

  private Player(List<Line> lines, Consumer<Boolean> ended) {
    this.lines = lines;
    this.ended = ended;
  }

  /**
   * @param number of the session; they differ a little, as those of real clients do
   * @param ended told whether it has said and heard everything
   */
  static Player of(int number, int queries, Consumer<Boolean> ended) {
    List<Line> lines = new ArrayList<>();
    if (number % 2 == 0) {
      lines.add(ASK);
    }
    lines.add(START);
    for (int i = 0; i < queries; i++) {
      lines.add(QUERY);
    }
    if (number % 8 == 0) {
      lines.add(MUCH);
    }
    lines.add(LEAVE);
    return new Player(lines, ended);
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    say(ctx);
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    ByteBuf chunk = (ByteBuf) message;
    expected -= chunk.readableBytes();
    chunk.release();
    if (expected <= 0) {
      say(ctx);
    }
  }

  private void say(ChannelHandlerContext ctx) {
    Line line = lines.get(next++);
    expected = line.answerBytes();
    var _ = ctx.writeAndFlush(line.words().duplicate(), ctx.voidPromise());
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    ended.accept(next == lines.size());
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    var _ = ctx.close();
  }
}
