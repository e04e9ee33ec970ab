package org.pgdeeplake.proxy.admin;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.HttpResponse;
import java.net.BindException;
import java.util.ArrayList;
import java.util.List;
import org.pgdeeplake.proxy.fuzz.FuzzChannel;
import org.pgdeeplake.proxy.fuzz.FuzzTarget;
import org.pgdeeplake.proxy.fuzz.Pieces;

/** A whole connection to the admin port; who has the credentials may do everything. */
public final class AdminTarget implements FuzzTarget {
  private final RunningAdmin admin;

  public AdminTarget() throws BindException {
    admin = new RunningAdmin(Limits.DEFAULT);
    admin.scene.up(1);
  }

  @Override
  public void check(byte[] input) {
    Recorder recorder = new Recorder();
    FuzzChannel client = new FuzzChannel();
    ChannelPipeline pipeline = client.pipeline();
    admin.server.install(pipeline, false);
    pipeline.addAfter(pipeline.firstContext().name(), null, recorder);
    client.begin().send(Pieces.of(input));
    client.end();
    for (HttpResponse response : recorder.responses) {
      assertThat(response.status().code()).isNotEqualTo(500);
      response
          .headers()
          .forEach(header ->
              assertThat(header.getKey() + header.getValue())
                  .doesNotContainPattern("[\\r\\n\\x00]"));
    }
    String heard = new String(client.heard(), US_ASCII);
    assertThat(heard.isEmpty() || heard.startsWith("HTTP/1.1 ")).isTrue();
  }

  private static final class Recorder extends ChannelOutboundHandlerAdapter {
    final List<HttpResponse> responses = new ArrayList<>();

    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
      if (message instanceof HttpResponse response) {
        responses.add(response);
      }
      var _ = ctx.write(message, promise);
    }
  }
}
