package org.pgdeeplake.proxy.backend;

import java.net.InetSocketAddress;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.proxy.config.HostPort;
import org.pgdeeplake.proxy.wake.WakeInProgress;

/**
 * A connection slot of one server, held by one session from its assignment to its end. Every method
 * is idempotent; any thread.
 */
public final class Lease implements AutoCloseable {
  private final Backend backend;
  private final Server server;

  /** The holder's. */
  final Ticket ticket;

  /** That for which the holder has waited; null where it found the backend awake. */
  final @Nullable WakeInProgress wake;

  /** The server's when it was assigned; a reload may move the server, not the session. */
  private final HostPort address;

  /** Of its name, where the session is; null: not connected yet. */
  private volatile @Nullable HostPort connectedTo;

  /** Guarded by the backend's lock. */
  boolean answered;

  /** Guarded by the backend's lock. */
  boolean released;

  /** Set under the backend's lock. */
  private volatile boolean revoked;

  Lease(Backend backend, Server server, Ticket ticket) {
    this.backend = backend;
    this.server = server;
    this.ticket = ticket;
    this.wake = ticket.wake;
    this.address = server.address();
  }

  public Server server() {
    return server;
  }

  /** As {@link Server#destination}, of the very server that this session has. */
  public Destination destination(boolean own, ProxyHeader header) {
    Destination destination = server.endpoint().destination(address, own, header);
    HostPort literal = connectedTo;
    return literal == null ? destination : destination.at(literal);
  }

  /**
   * It has a connection: from now on its {@link #destination} is that very address, wherever the
   * name leads to by then.
   */
  public void connectedTo(SocketAddress remote) {
    if (remote instanceof InetSocketAddress at && at.getAddress() != null) {
      connectedTo = new HostPort(at.getAddress().getHostAddress(), at.getPort());
    }
  }

  /** Whether the server has another address by now. */
  boolean elsewhere() {
    return !address.equals(server.address());
  }

  public Waiter holder() {
    return ticket.waiter;
  }

  /** Whether the slot is still taken. */
  public boolean held() {
    return backend.ledger().read(facts -> !released);
  }

  void revoke() {
    revoked = true;
  }

  /**
   * Whether the server has gone into maintenance since: it is to be left, and what it does is no
   * failure. {@link Waiter#evicted} follows, or has come before the lease itself.
   */
  public boolean revoked() {
    return revoked;
  }

  /** The server has sent its first byte: one more session may be released to it. */
  public void answered() {
    backend
        .ledger()
        .change((facts, news) -> {
          if (facts.dispatcher.answered(this)) {
            facts.match(news);
          }
        });
  }

  /** Whether its session is to say when it gets its {@link #firstRow}. */
  public boolean ofWake() {
    return wake != null;
  }

  /**
   * The server has begun to answer the client's first statement.
   *
   * @param thinkingNanos from its ReadyForQuery to that statement
   */
  public void firstRow(long thinkingNanos) {
    if (wake != null) {
      backend.ledger().change((facts, news) -> facts.wakes.firstRow(wake, thinkingNanos));
    }
  }

  /** The session has a further request that the server must answer before it counts as taken. */
  public void opening() {
    backend.ledger().change((facts, news) -> facts.dispatcher.opening(this));
  }

  /** Gives the slot back; the holder enters the queue again, or leaves it. */
  public void exchange() {
    release(true);
  }

  /** The server did not take the session: as {@link #exchange}, and takes note of why. */
  public void failed(Failure failure) {
    backend.findings().failed(this, failure);
  }

  @Override
  public void close() {
    release(false);
  }

  /**
   * @param again whether its holder enters the queue again, or leaves it
   */
  private void release(boolean again) {
    backend
        .ledger()
        .change((facts, news) -> {
          if (facts.dispatcher.giveBack(this, again)) {
            facts.left(server, news);
          }
        });
  }
}
