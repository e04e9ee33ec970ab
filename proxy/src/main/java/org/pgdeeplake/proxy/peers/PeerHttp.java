package org.pgdeeplake.proxy.peers;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpVersion;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.pgdeeplake.proxy.net.Transport;

/**
 * Asks peers: a connection for each request, signed. On its loop.
 *
 * @param seconds since 1970
 */
record PeerHttp(Transport transport, EventLoop loop, LongSupplier seconds) {

  /**
   * @param uri with its query
   * @param limit for the connection; the handler has limits of its own
   * @param handler of the response, and the last one of the channel
   * @param failed called with why there is no connection
   */
  Authorization send(
      InetSocketAddress to,
      Signature signature,
      String method,
      String uri,
      String body,
      Duration limit,
      ChannelHandler handler,
      Consumer<String> failed) {
    Authorization authorization =
        Authorization.of(signature, method, uri, body, seconds.getAsLong());
    ChannelFuture connecting =
        new Bootstrap()
            .group(loop)
            .channel(transport.socket())
            .option(ChannelOption.TCP_NODELAY, true)
            .option(ChannelOption.SO_KEEPALIVE, true)
            .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int) limit.toMillis())
            .handler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    channel.pipeline().addLast(new HttpClientCodec(), handler);
                  }
                })
            .connect(to);
    if (connecting.cause() instanceof ChannelException noSocket) {
      // There is no channel, and what stands for it belongs to no loop.
      loop.execute(() -> failed.accept(String.valueOf(noSocket.getMessage())));
      return authorization;
    }
    connecting.addListener(connected -> {
      if (connected.isSuccess()) {
        write(connecting.channel(), to, method, uri, body, authorization);
      } else {
        failed.accept(String.valueOf(connected.cause().getMessage()));
      }
    });
    return authorization;
  }

  private static void write(
      Channel channel,
      InetSocketAddress to,
      String method,
      String uri,
      String body,
      Authorization authorization) {
    var content = ByteBufUtil.writeUtf8(UnpooledByteBufAllocator.DEFAULT, body);
    var request =
        new DefaultFullHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.valueOf(method), uri, content);
    request
        .headers()
        .set(HttpHeaderNames.HOST, to.getHostString() + ":" + to.getPort())
        .set(HttpHeaderNames.AUTHORIZATION, authorization.header())
        .set(HttpHeaderNames.CONTENT_LENGTH, content.readableBytes());
    var _ = channel.writeAndFlush(request);
  }
}
