package org.pgdeeplake.proxy.admin;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpUtil;
import org.jspecify.annotations.Nullable;

/**
 * Puts requests together. What is too large is answered by {@link AdminConnection}, in its turn,
 * and not from here in the middle of another answer.
 */
final class WholeRequests extends HttpObjectAggregator {
  /**
   * Comes instead of a request.
   *
   * @param last its client has said so, or waits to be asked for the body, and nobody knows whether
   *     it comes
   */
  record TooLarge(boolean last) {}

  WholeRequests() {
    super(Limits.REQUEST_BODY_BYTES, true);
  }

  /** Who is not told to go on sends the body after a while all the same (RFC 9110, 10.1.1). */
  @Override
  protected @Nullable Object newContinueResponse(
      HttpMessage start, int maxContentLength, ChannelPipeline pipeline) {
    AdminConnection connection = pipeline.get(AdminConnection.class);
    return isContentLengthInvalid(start, maxContentLength) || !connection.idle()
        ? null
        : super.newContinueResponse(start, maxContentLength, pipeline);
  }

  @Override
  protected void handleOversizedMessage(ChannelHandlerContext ctx, HttpMessage oversized) {
    boolean last = HttpUtil.is100ContinueExpected(oversized) || !HttpUtil.isKeepAlive(oversized);
    ctx.fireUserEventTriggered(new TooLarge(last));
  }
}
