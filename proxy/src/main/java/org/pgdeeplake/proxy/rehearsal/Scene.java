package org.pgdeeplake.proxy.rehearsal;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.pgdeeplake.proxy.backend.Backend;
import org.pgdeeplake.proxy.backend.CancelKeys;
import org.pgdeeplake.proxy.backend.CheckResult;
import org.pgdeeplake.proxy.backend.Server;
import org.pgdeeplake.proxy.backend.ServerConnector;
import org.pgdeeplake.proxy.config.BackendConfig;
import org.pgdeeplake.proxy.config.BackendTls;
import org.pgdeeplake.proxy.config.CheckConfig;
import org.pgdeeplake.proxy.config.DemandConfig;
import org.pgdeeplake.proxy.config.FrontendConfig;
import org.pgdeeplake.proxy.config.FrontendTls;
import org.pgdeeplake.proxy.config.HostPort;
import org.pgdeeplake.proxy.demand.Demand;
import org.pgdeeplake.proxy.frontend.Frontend;
import org.pgdeeplake.proxy.metrics.Metrics;
import org.pgdeeplake.proxy.net.BufferMemory;
import org.pgdeeplake.proxy.net.Listener;
import org.pgdeeplake.proxy.net.Transport;
import org.pgdeeplake.proxy.session.SessionServices;
import org.pgdeeplake.proxy.session.Sessions;
import org.pgdeeplake.proxy.traffic.FrontendTraffic;

/**
 * A frontend on the loops of the real ones, a backend and its one server, with accounts of their
 * own. Both listen on ports of the loopback that the system chooses. Blocks; not for event loops.
 */
final class Scene implements AutoCloseable {
  private static final Duration LIMIT = Duration.ofSeconds(10);
  private static final HostPort ANY_PORT = new HostPort("127.0.0.1", 0);

  private final EventLoopGroup others;
  private final Channel standIn;
  private final Listener listener;
  private final Sessions sessions = new Sessions();
  private final Metrics metrics = new Metrics();

  /**
   * @param loops of the real sessions
   * @param others for everybody else
   * @throws IOException where there is no port
   */
  Scene(Transport transport, EventLoopGroup loops, EventLoopGroup others, ServerConnector connector)
      throws IOException {
    this.others = others;
    this.listener = Frontend.bind(ANY_PORT, loops, transport);
    this.standIn = standIn(transport);
    Backend backend = new Backend(backendConfig((InetSocketAddress) standIn.localAddress()));
    Server server = backend.servers().getFirst();
    backend
        .findings()
        .checked(server, new CheckResult(CheckResult.Status.L7OK, "", 0), server.era());
    SessionServices services =
        new SessionServices(
            frontendConfig(),
            new FrontendTraffic(),
            backend,
            List.of(backend),
            new CancelKeys(),
            new Demand(new DemandConfig(LIMIT, Duration.ZERO), others),
            metrics.sessions(),
            connector,
            sessions,
            null,
            BufferMemory.ofProcess());
    new Frontend(services).serve(listener, services);
  }

  private Channel standIn(Transport transport) throws IOException {
    var binding =
        new ServerBootstrap()
            .group(others)
            .channel(transport.serverSocket())
            .childHandler(
                new ChannelInitializer<>() {
                  @Override
                  protected void initChannel(Channel connection) {
                    connection.pipeline().addLast(new StandIn());
                  }
                })
            .bind(ANY_PORT.host(), 0)
            .awaitUninterruptibly();
    if (!binding.isSuccess()) {
      listener.close();
      throw new IOException(binding.cause());
    }
    return binding.channel();
  }

  InetSocketAddress address() {
    return listener.address();
  }

  Metrics metrics() {
    return metrics;
  }

  private static FrontendConfig frontendConfig() {
    return new FrontendConfig(
        FrontendConfig.REHEARSED,
        ANY_PORT,
        FrontendConfig.REHEARSED,
        FrontendConfig.Mode.POSTGRES,
        1000,
        0,
        0,
        List.of(),
        new FrontendTls(
            FrontendTls.Mode.PASSTHROUGH,
            false,
            List.of(),
            null,
            FrontendTls.ClientCertificate.OPTIONAL,
            "TLSv1.2",
            List.of()),
        new FrontendConfig.Timeouts(LIMIT, LIMIT, LIMIT, Duration.ZERO));
  }

  private static BackendConfig backendConfig(InetSocketAddress server) {
    return new BackendConfig(
        FrontendConfig.REHEARSED,
        List.of(
            new BackendConfig.ServerConfig(
                "stand-in", new HostPort("127.0.0.1", server.getPort()), 0, false)),
        new CheckConfig(
            CheckConfig.Type.PGSQL,
            "postgres",
            LIMIT,
            LIMIT,
            LIMIT,
            1,
            1,
            CheckConfig.OnMarkedDown.NONE),
        new BackendConfig.QueueConfig(1000, 0, 32),
        new BackendConfig.Timeouts(LIMIT, LIMIT, Duration.ZERO, LIMIT),
        0,
        false,
        new BackendTls(BackendTls.Mode.OFF, null, false, null, "TLSv1.2", List.of()));
  }

  /** Sessions that have not come to their end are cut off. */
  @Override
  public void close() {
    listener.close();
    var _ = standIn.close().awaitUninterruptibly();
    sessions.stopAll();
    try {
      var _ = sessions.awaitNoneOpen(Duration.ofSeconds(1));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    others.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
  }
}
