package org.pgdeeplake.proxy.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.proxy.backend.Backend;
import org.pgdeeplake.proxy.backend.CancelKeys;
import org.pgdeeplake.proxy.backend.ServerConnector;
import org.pgdeeplake.proxy.config.DemandConfig;
import org.pgdeeplake.proxy.config.Network;
import org.pgdeeplake.proxy.config.ProxyConfig.TransportChoice;
import org.pgdeeplake.proxy.demand.Demand;
import org.pgdeeplake.proxy.discovery.Resolver;
import org.pgdeeplake.proxy.metrics.Metrics;
import org.pgdeeplake.proxy.net.BufferMemory;
import org.pgdeeplake.proxy.net.Transport;
import org.pgdeeplake.proxy.support.BackendSettings;
import org.pgdeeplake.proxy.tls.TlsAcceptor;
import org.pgdeeplake.proxy.traffic.FrontendTraffic;

/** What fuzzed sessions share: a frontend before one server, which is asleep. */
final class FuzzServices implements AutoCloseable {
  /** Where embedded clients come from. */
  static final Network BALANCERS = new Network(InetAddress.ofLiteral("10.0.0.0"), 8);

  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(
          task -> Thread.ofPlatform().daemon().name("fuzz-demand").unstarted(task));
  private final SessionServices services;

  FuzzServices(Edge edge, @Nullable TlsAcceptor tls) {
    Transport transport = Transport.select(TransportChoice.NIO);
    Backend backend = new Backend(new BackendSettings().servers(1, 0).config());
    services =
        new SessionServices(
            edge.config(BALANCERS),
            new FrontendTraffic(),
            backend,
            List.of(backend),
            new CancelKeys(),
            new Demand(new DemandConfig(Duration.ofMinutes(5), Duration.ZERO), timer),
            new Metrics().sessions(),
            new ServerConnector(transport, new Resolver(transport)),
            new Sessions(),
            tls,
            BufferMemory.ofProcess());
  }

  SessionServices services() {
    return services;
  }

  void assertNothingLeft() {
    assertThat(services.sessions().live()).isZero();
    assertThat(services.sessions().open()).isZero();
    assertThat(services.backend().queued()).isZero();
    assertThat(services.traffic().admitted()).isZero();
    assertThat(services.demand().snapshot().demand()).isZero();
    assertThat(services.traffic().traffic().internalErrorsTotal()).isZero();
  }

  @Override
  public void close() {
    timer.shutdownNow();
    TlsAcceptor tls = services.tls();
    if (tls != null) {
      tls.close();
    }
  }
}
