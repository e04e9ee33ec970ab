package org.pgdeeplake.proxy.backend;

/**
 * A connection slot of one server, held by one session from its assignment to its end. Every method
 * is idempotent; any thread.
 */
public final class Lease implements AutoCloseable {
  private final Backend backend;
  private final Server server;
  private final Waiter holder;

  /** Guarded by the backend's lock. */
  boolean answered;

  /** Guarded by the backend's lock. */
  boolean released;

  /** Set under the backend's lock. */
  private volatile boolean revoked;

  Lease(Backend backend, Server server, Waiter holder) {
    this.backend = backend;
    this.server = server;
    this.holder = holder;
  }

  public Server server() {
    return server;
  }

  Waiter holder() {
    return holder;
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
    backend.answered(this);
  }

  /** The session has a further request that the server must answer before it counts as taken. */
  public void opening() {
    backend.opening(this);
  }

  /** The server did not take the session: gives the slot back and takes note of why. */
  public void failed(Failure failure) {
    backend.failed(this, failure);
  }

  @Override
  public void close() {
    backend.released(this);
  }
}
