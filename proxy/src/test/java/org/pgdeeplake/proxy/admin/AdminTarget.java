package org.pgdeeplake.proxy.admin;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpUtil;
import java.net.BindException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.pgdeeplake.proxy.config.PeersConfig;
import org.pgdeeplake.proxy.config.Secret;
import org.pgdeeplake.proxy.fuzz.FuzzChannel;
import org.pgdeeplake.proxy.fuzz.FuzzTarget;
import org.pgdeeplake.proxy.fuzz.Pieces;
import org.pgdeeplake.proxy.fuzz.Untouched;
import org.pgdeeplake.proxy.peers.PeerSignature;

/**
 * A whole connection to the admin port; who has the credentials may do everything, and who says it
 * is a peer is one.
 */
public final class AdminTarget implements FuzzTarget {
  private static final Secret SECRET = new Secret("of all replicas");

  private final RunningAdmin admin;

  public AdminTarget() throws BindException {
    admin = new RunningAdmin(Limits.DEFAULT);
    admin.peersConfig =
        new PeersConfig("peers.invalid", 0, SECRET, Duration.ofSeconds(1), Duration.ofSeconds(30));
  }

  @Override
  public void check(byte[] input) {
    Untouched.make(admin.operations.topology().backends());
    admin.scene.up(1);
    Pieces pieces = Pieces.of(input);
    Exchange exchange = new Exchange();
    FuzzChannel client = new FuzzChannel();
    ChannelPipeline pipeline = client.pipeline();
    admin.server.install(pipeline, false);
    String connection = pipeline.context(AdminConnection.class).name();
    pipeline.addBefore(connection, null, new PeerSignature(SECRET));
    pipeline.addBefore(connection, null, exchange);
    client.begin().send(pieces);
    assertThat(exchange.answers).hasSize(exchange.requests);
    client.leave(pieces.ending());
    // A stream has no end of its own; anything else has its limit, but for who was told that this
    // is the end: an embedded channel that is closed forgets its timers (LingeringCloseTest).
    assertThat(client.isOpen() && !client.isOutputShutdown()).isIn(false, exchange.streams);
    client.end();
    exchange.answers.forEach(AdminTarget::assertAnswer);
    String heard = new String(client.heard(), US_ASCII);
    assertThat(heard.isEmpty() || heard.startsWith("HTTP/1.1 ")).isTrue();
  }

  private static void assertAnswer(HttpResponse answer) {
    assertThat(answer.status().code()).isNotEqualTo(500);
    answer
        .headers()
        .forEach(header ->
            assertThat(header.getKey() + header.getValue()).doesNotContainPattern("[\\r\\n\\x00]"));
  }

  @Override
  public void close() {
    admin.close();
  }

  /** What comes to the connection's handler, and what it answers. */
  private static final class Exchange extends ChannelDuplexHandler {
    final List<HttpResponse> answers = new ArrayList<>();

    /** To be answered: none behind the last one, none behind a stream, none behind a 417. */
    int requests;

    boolean streams;
    private boolean over;

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      if (message instanceof FullHttpRequest request) {
        asked(ctx, request.decoderResult().isFailure() || !HttpUtil.isKeepAlive(request));
      }
      ctx.fireChannelRead(message);
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
      if (event instanceof WholeRequests.TooLarge(var last)) {
        asked(ctx, last);
      }
      ctx.fireUserEventTriggered(event);
    }

    private void asked(ChannelHandlerContext ctx, boolean last) {
      if (!over && ctx.channel().isActive()) {
        requests++;
        over = last;
      }
    }

    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
      if (message instanceof HttpResponse answer) {
        answers.add(answer);
        streams |=
            answer.headers().contains(HttpHeaderNames.CONTENT_TYPE, "application/x-ndjson", true);
        over |= streams;
      }
      var _ = ctx.write(message, promise);
    }
  }
}
