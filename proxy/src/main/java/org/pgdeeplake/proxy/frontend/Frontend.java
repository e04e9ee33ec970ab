package org.pgdeeplake.proxy.frontend;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.EventLoopGroup;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.proxy.config.FrontendConfig;
import org.pgdeeplake.proxy.config.HostPort;
import org.pgdeeplake.proxy.net.Listener;
import org.pgdeeplake.proxy.net.SocketSettings;
import org.pgdeeplake.proxy.net.Transport;
import org.pgdeeplake.proxy.session.Session;
import org.pgdeeplake.proxy.session.SessionServices;
import org.pgdeeplake.proxy.session.Sessions;
import org.pgdeeplake.proxy.traffic.FrontendTraffic;

/** One listening address; every connection that it accepts becomes a session. Any thread. */
public final class Frontend {
  /**
   * Connections above max-connections are let in to be told so, and to bring cancel requests; from
   * so many times that limit on, or where the process may open no more files, they are closed at
   * once.
   */
  private static final long OPEN_PER_PLACE = 2;

  /** Of sessions that begin now; each keeps those that it began with. */
  private volatile SessionServices services;

  private volatile @Nullable Listener listener;

  /** Connections of this frontend. */
  private final AtomicInteger open = new AtomicInteger();

  /** One that listens nowhere yet. */
  public Frontend(SessionServices services) {
    this.services = services;
    services.announce();
  }

  /**
   * An address for a frontend. Blocks until it is bound; not for an event loop.
   *
   * @throws IOException with the system's reason, where it cannot be bound
   */
  public static Listener bind(HostPort bind, EventLoopGroup loops, Transport transport)
      throws IOException {
    ServerBootstrap bootstrap =
        new ServerBootstrap().group(loops).channel(transport.serverSocket());
    SocketSettings.apply(bootstrap, loops);
    return Listener.bind(bind, bootstrap);
  }

  /**
   * From now on accepts here.
   *
   * @param with for sessions that begin from now on
   */
  public void serve(Listener on, SessionServices with) {
    services = with;
    listener = on;
    on.accept("frontend " + with.frontend().name(), this::enter, this::begin);
  }

  /** Whether there is room for one more connection, which counts from now until it is closed. */
  private boolean enter(Channel channel) {
    SessionServices now = services;
    Sessions sessions = now.sessions();
    boolean room = open.incrementAndGet() <= OPEN_PER_PLACE * now.frontend().maxConnections();
    if (!room || !sessions.enter()) {
      open.decrementAndGet();
      now.traffic().denied();
      return false;
    }
    var _ =
        channel
            .closeFuture()
            .addListener(closed -> {
              open.decrementAndGet();
              sessions.leave();
            });
    return true;
  }

  private void begin(Channel channel) {
    channel.pipeline().addLast(Session.open(channel, services));
  }

  public FrontendConfig config() {
    return services.frontend();
  }

  public FrontendTraffic traffic() {
    return services.traffic();
  }

  /** Whether it accepts connections. */
  public boolean bound() {
    Listener now = listener;
    return now != null && now.open();
  }

  /** The bound address, with the port the system chose if the configuration left it open. */
  public InetSocketAddress address() {
    Listener now = listener;
    if (now == null) {
      throw new IllegalStateException("frontend " + config().name() + " is not bound");
    }
    return now.address();
  }
}
