package org.pgdeeplake.proxy.frontend;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import java.io.IOException;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.proxy.config.FrontendConfig;
import org.pgdeeplake.proxy.config.HostPort;
import org.pgdeeplake.proxy.net.SocketSettings;
import org.pgdeeplake.proxy.net.Transport;
import org.pgdeeplake.proxy.session.Session;
import org.pgdeeplake.proxy.session.SessionServices;
import org.pgdeeplake.proxy.traffic.FrontendTraffic;

/** One listening address; every connection that it accepts becomes a session. */
public final class Frontend {
  /**
   * Connections above max-connections are let in to be told so, and to bring cancel requests; from
   * so many times that limit on they are closed at once.
   */
  private static final int OPEN_PER_PLACE = 2;

  private final SessionServices services;
  private volatile @Nullable Channel listener;

  public Frontend(SessionServices services) {
    this.services = services;
    services.announce();
  }

  public FrontendConfig config() {
    return services.frontend();
  }

  public FrontendTraffic traffic() {
    return services.traffic();
  }

  /**
   * Binds and accepts from then on. Blocks until the address is bound; not for an event loop.
   *
   * @throws IOException with the system's reason, where the address cannot be bound
   */
  public void bind(EventLoopGroup loops, Transport transport) throws IOException {
    ServerBootstrap bootstrap =
        new ServerBootstrap()
            .group(loops)
            .channel(transport.serverSocket())
            .childHandler(
                new ChannelInitializer<>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    if (services.sessions().open() >= OPEN_PER_PLACE * config().maxConnections()) {
                      services.traffic().denied();
                      var _ = channel.close();
                      return;
                    }
                    channel.pipeline().addLast(Session.open(channel, services));
                  }
                });
    SocketSettings.apply(bootstrap);
    HostPort bind = config().bind();
    var binding = bootstrap.bind(new InetSocketAddress(bind.host(), bind.port()));
    if (!binding.awaitUninterruptibly().isSuccess()) {
      throw new IOException(reason(binding.cause()), binding.cause());
    }
    // Behind Netty's own handler, which pauses for a second on such an error.
    binding.channel().pipeline().addLast(new AcceptErrors(config().name()));
    listener = binding.channel();
  }

  /** Whether it accepts connections. */
  public boolean bound() {
    Channel channel = listener;
    return channel != null && channel.isOpen();
  }

  /** The bound address, with the port the system chose if the configuration left it open. */
  public InetSocketAddress address() {
    Channel channel = listener;
    if (channel == null) {
      throw new IllegalStateException("frontend " + config().name() + " is not bound");
    }
    return (InetSocketAddress) channel.localAddress();
  }

  /** Accepts nothing more; live sessions go on. */
  public void close() {
    Channel channel = listener;
    if (channel != null) {
      var _ = channel.close().awaitUninterruptibly();
    }
  }

  private static String reason(Throwable cause) {
    if (cause instanceof java.nio.channels.UnresolvedAddressException) {
      return "the name cannot be resolved";
    }
    String message = String.valueOf(cause.getMessage());
    int colon = message.lastIndexOf(": ");
    return colon < 0 ? message : message.substring(colon + 2);
  }
}
