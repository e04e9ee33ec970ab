package org.pgdeeplake.proxy.session;

import static org.assertj.core.api.Assertions.assertThat;

import org.jspecify.annotations.Nullable;
import org.pgdeeplake.proxy.config.FrontendConfig;
import org.pgdeeplake.proxy.fuzz.FuzzChannel;
import org.pgdeeplake.proxy.fuzz.FuzzTarget;
import org.pgdeeplake.proxy.fuzz.Pieces;
import org.pgdeeplake.proxy.tls.TlsAcceptor;
import org.pgdeeplake.proxy.tls.TlsFileException;
import org.pgdeeplake.proxy.tls.TlsProvider;
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

  private final FuzzServices ground;
  private final SessionServices services;

  public SessionTarget(Door door) {
    Edge edge = Edge.valueOf(door.name());
    ground = new FuzzServices(edge, acceptor(door, edge.config(FuzzServices.BALANCERS)));
    services = ground.services();
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
    ground.assertNothingLeft();
  }

  /** Those bytes are in no buffer that the channel could count. */
  private void assertHeld(Pieces pieces) {
    int largest = pieces.cut().stream().mapToInt(piece -> piece.length).max().orElse(0);
    for (Session session : services.sessions().all()) {
      assertThat(session.reader().held().size()).isLessThanOrEqualTo(LARGEST_PACKET + largest);
    }
  }

  @Override
  public void close() {
    ground.close();
  }
}
