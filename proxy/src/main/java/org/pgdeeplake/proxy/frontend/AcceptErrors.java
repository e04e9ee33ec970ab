package org.pgdeeplake.proxy.frontend;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Says why connections cannot be accepted, such as too many open files. */
final class AcceptErrors extends ChannelInboundHandlerAdapter {
  private static final Logger log = LoggerFactory.getLogger(AcceptErrors.class);

  private final String frontend;

  AcceptErrors(String frontend) {
    this.frontend = frontend;
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    log.error("frontend {} cannot accept connections: {}", frontend, cause.getMessage());
  }
}
