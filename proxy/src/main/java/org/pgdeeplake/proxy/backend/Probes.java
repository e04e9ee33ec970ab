package org.pgdeeplake.proxy.backend;

import java.util.function.Consumer;

/** Asks for checks of a backend's servers, and for servers not known yet. Any thread. */
public final class Probes {
  private final Lineup lineup;

  private volatile Consumer<Server> prober = server -> {};
  private volatile Runnable seeker = () -> {};

  Probes(Lineup lineup) {
    this.lineup = lineup;
  }

  /**
   * Set once, before the first session.
   *
   * @param checks asks for a check of a server soon, without blocking
   */
  public void with(Consumer<Server> checks) {
    prober = checks;
  }

  /** What is done, beside checks, when the first waiter comes; it must not block. */
  public void seekWith(Runnable seeking) {
    seeker = seeking;
  }

  void soon(Server server) {
    prober.accept(server);
  }

  /** Asks for a check of every server that could be better than it is known to be. */
  public void all() {
    for (Server server : lineup.servers()) {
      if (server.blocked() || server.unsettled()) {
        soon(server);
      }
    }
    seeker.run();
  }
}
