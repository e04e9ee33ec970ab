package org.pgdeeplake.proxy.scaler;

import io.netty.channel.AbstractServerChannel;
import io.netty.channel.Channel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelOption;
import io.netty.channel.DefaultChannelConfig;
import io.netty.channel.EventLoop;
import io.netty.channel.local.LocalAddress;
import java.net.SocketAddress;

/**
 * Where gRPC believes to listen. It is handed connections that a listener of the proxy's own has
 * accepted and, where there is TLS, decrypts: so that a reload may move the address or change the
 * TLS as everywhere else. Confined to its loop.
 */
final class Handover extends AbstractServerChannel {
  static final LocalAddress ADDRESS = new LocalAddress("scaler");

  private final ChannelConfig config =
      new DefaultChannelConfig(this) {
        @Override
        public <T> boolean setOption(ChannelOption<T> option, T value) {
          // Of sockets, which this is none of.
          return true;
        }
      };

  private boolean open = true;

  /** gRPC's handlers are the last of its pipeline from now on. */
  void take(Channel connection) {
    assert eventLoop().inEventLoop();
    var _ = pipeline().fireChannelRead(connection);
  }

  @Override
  protected boolean isCompatible(EventLoop loop) {
    return true;
  }

  @Override
  protected SocketAddress localAddress0() {
    return ADDRESS;
  }

  @Override
  protected void doBind(SocketAddress localAddress) {
    // It is open as it is.
  }

  @Override
  protected void doClose() {
    open = false;
  }

  @Override
  protected void doBeginRead() {
    // It is given, not asked.
  }

  @Override
  public ChannelConfig config() {
    return config;
  }

  @Override
  public boolean isOpen() {
    return open;
  }

  @Override
  public boolean isActive() {
    return open;
  }
}
