package org.pgdeeplake.proxy.peers;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import java.time.Instant;
import org.pgdeeplake.proxy.config.Secret;

/**
 * Signs requests whose authorization says {@code peer}, so that a fuzzer comes to what is behind
 * the peers' door: to guess a signature it would need the secret.
 */
public final class PeerSignature extends ChannelInboundHandlerAdapter {
  private final Signature signature;

  public PeerSignature(Secret secret) {
    this.signature = new Signature(secret);
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (message instanceof FullHttpRequest request
        && "peer".equals(request.headers().get(HttpHeaderNames.AUTHORIZATION))) {
      Authorization shown =
          Authorization.of(
              signature,
              request.method().name(),
              request.uri(),
              request.content().toString(UTF_8),
              Instant.now().getEpochSecond());
      request.headers().set(HttpHeaderNames.AUTHORIZATION, shown.header());
    }
    ctx.fireChannelRead(message);
  }
}
