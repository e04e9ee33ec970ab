package org.pgdeeplake.proxy.peers;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpObjectAggregator;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.proxy.postgres.CancelKey;

/**
 * All peers are asked at once whether one knows a cancel key: that one cancels and says yes. Done
 * with the first yes, the last no, or at the limit. Confined to its loop.
 */
final class CancelAsk {
  static final String PATH = "/api/v1/peers/cancel";
  static final String YES = "\"cancelled\":true";
  private static final Duration LIMIT = Duration.ofMillis(500);
  private static final int MAX_ANSWER_BYTES = 4096;

  private final CompletableFuture<Boolean> known = new CompletableFuture<>();
  private int open;

  private CancelAsk(int peers) {
    this.open = peers;
  }

  /**
   * Completes with whether one has cancelled; who no longer cares cancels it.
   *
   * @param members that are heard now; they have shown that they have the secret
   */
  static CompletableFuture<Boolean> begin(
      PeerHttp http, Signature signature, List<Member> members, CancelKey key) {
    CancelAsk ask = new CancelAsk(members.size());
    if (members.isEmpty()) {
      ask.known.complete(false);
      return ask.known;
    }
    var end =
        http.loop()
            .schedule(() -> ask.known.complete(false), LIMIT.toMillis(), TimeUnit.MILLISECONDS);
    var _ = ask.known.whenComplete((yes, problem) -> end.cancel(false));
    String request = HexFormat.of().formatHex(key.request());
    for (Member member : members) {
      // To nobody else: a request that is repeated elsewhere does nothing there.
      String body = member.last().id() + " " + request;
      Answer answer = ask.new Answer();
      var _ =
          http.send(
              member.at(), signature, "POST", PATH, body, LIMIT, answer, why -> answer.end(false));
    }
    return ask.known;
  }

  /** Puts the answer of one together. */
  private final class Answer extends ChannelInitializer<Channel> {
    private boolean done;

    @Override
    protected void initChannel(Channel channel) {
      var _ =
          channel.pipeline().addLast(new HttpObjectAggregator(MAX_ANSWER_BYTES), new Reading(this));
      var _ =
          known.whenComplete((yes, problem) -> {
            var _ = channel.close();
          });
    }

    void end(boolean yes) {
      if (done) {
        return;
      }
      done = true;
      open--;
      if (yes || open == 0) {
        known.complete(yes);
      }
    }
  }

  private static final class Reading extends SimpleChannelInboundHandler<FullHttpResponse> {
    private final Answer answer;

    Reading(Answer answer) {
      this.answer = answer;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, FullHttpResponse response) {
      String body = response.content().toString(java.nio.charset.StandardCharsets.UTF_8);
      answer.end(response.status().code() == 200 && body.contains(YES));
      var _ = ctx.close();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
      answer.end(false);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, @Nullable Throwable cause) {
      answer.end(false);
      var _ = ctx.close();
    }
  }
}
