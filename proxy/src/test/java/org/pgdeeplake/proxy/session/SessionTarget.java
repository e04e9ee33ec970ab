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
import org.pgdeeplake.proxy.config.FrontendConfig;
import org.pgdeeplake.proxy.config.Network;
import org.pgdeeplake.proxy.config.ProxyConfig.TransportChoice;
import org.pgdeeplake.proxy.demand.Demand;
import org.pgdeeplake.proxy.discovery.Resolver;
import org.pgdeeplake.proxy.fuzz.FuzzChannel;
import org.pgdeeplake.proxy.fuzz.FuzzTarget;
import org.pgdeeplake.proxy.fuzz.Pieces;
import org.pgdeeplake.proxy.metrics.Metrics;
import org.pgdeeplake.proxy.net.BufferMemory;
import org.pgdeeplake.proxy.net.Transport;
import org.pgdeeplake.proxy.support.BackendSettings;
import org.pgdeeplake.proxy.tls.TlsAcceptor;
import org.pgdeeplake.proxy.tls.TlsFileException;
import org.pgdeeplake.proxy.tls.TlsProvider;
import org.pgdeeplake.proxy.traffic.FrontendTraffic;
import org.pgdeeplake.proxy.traffic.TlsTraffic;

/**
 * Whole sessions of a frontend whose servers are all asleep: a client's bytes lead to the queue, to
 * a refusal, or to waiting for more of them.
 */
public final class SessionTarget implements FuzzTarget {
  /** The {@link Edge} of its frontend, by its name. */
  public enum Door {
    PLAIN,
    PROXY_HEADER,
    TLS
  }

  /** More than this no state waits for: a TLS record; a StartupMessage is shorter. */
  private static final int LARGEST_PACKET = 5 + (1 << 14);

  /** Where the embedded client comes from. */
  private static final Network BALANCERS = new Network(InetAddress.ofLiteral("10.0.0.0"), 8);

  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(
          task -> Thread.ofPlatform().daemon().name("fuzz-demand").unstarted(task));
  private final SessionServices services;

  public SessionTarget(Door door) {
    Transport transport = Transport.select(TransportChoice.NIO);
    Backend backend = new Backend(new BackendSettings().servers(1, 0).config());
    FrontendConfig frontend = Edge.valueOf(door.name()).config(BALANCERS);
    services =
        new SessionServices(
            frontend,
            new FrontendTraffic(),
            backend,
            List.of(backend),
            new CancelKeys(),
            new Demand(new DemandConfig(Duration.ofMinutes(5), Duration.ZERO), timer),
            new Metrics().sessions(),
            new ServerConnector(transport, new Resolver(transport)),
            new Sessions(),
            acceptor(door, frontend),
            BufferMemory.ofProcess());
  }

  private static @Nullable TlsAcceptor acceptor(Door door, FrontendConfig frontend) {
    try {
      return door == Door.TLS
          ? TlsAcceptor.load(
              frontend.name(), frontend.tls(), TlsProvider.best(), new TlsTraffic(_ -> {}))
          : null;
    } catch (TlsFileException e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public void check(byte[] input) {
    Pieces pieces = Pieces.of(input);
    FuzzChannel client = new FuzzChannel(true);
    client.pipeline().addLast(Session.open(client, services));
    client.begin().send(pieces);
    boolean ended = services.sessions().live() == 0;
    // Waiting for more, or in the queue, or told why not.
    assertThat(services.backend().queued()).isBetween(0, ended ? 0 : 1);
    assertThat(services.sessions().open()).isEqualTo(client.isOpen() ? 1 : 0);
    assertHeld(pieces);
    client.leave(pieces.ending());
    // Every state has a limit, and none outlasts its client.
    assertThat(client.isOpen()).isFalse();
    client.end();
    assertNothingLeft();
  }

  /** Those bytes are in no buffer that the channel could count. */
  private void assertHeld(Pieces pieces) {
    int largest = pieces.cut().stream().mapToInt(piece -> piece.length).max().orElse(0);
    for (Session session : services.sessions().all()) {
      assertThat(session.reader().held().size()).isLessThanOrEqualTo(LARGEST_PACKET + largest);
    }
  }

  private void assertNothingLeft() {
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
