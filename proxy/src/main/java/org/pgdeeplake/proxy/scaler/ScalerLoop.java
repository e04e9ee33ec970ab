package org.pgdeeplake.proxy.scaler;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.util.concurrent.DefaultThreadFactory;

/**
 * The one loop of everything about the scaler. gRPC wants to register connections, which are
 * registered already when it gets them.
 */
final class ScalerLoop extends MultiThreadIoEventLoopGroup {
  ScalerLoop(IoHandlerFactory io) {
    super(1, new DefaultThreadFactory("scaler", true), io);
  }

  @Override
  public ChannelFuture register(Channel channel) {
    return channel.isRegistered() ? channel.newSucceededFuture() : super.register(channel);
  }
}
