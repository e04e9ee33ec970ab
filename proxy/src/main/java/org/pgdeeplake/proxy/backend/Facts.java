package org.pgdeeplake.proxy.backend;

import org.jspecify.annotations.Nullable;
import org.pgdeeplake.proxy.config.BackendConfig;
import org.pgdeeplake.proxy.tls.TlsConnector;
import org.pgdeeplake.proxy.wake.Wakes;

/**
 * All that changes in a backend. Not thread-safe: its {@link Ledger} lends it to who holds the
 * lock, who keeps no hold of it.
 *
 * <p>Whoever frees a slot or makes a server eligible ends with {@link #match}, {@link #left} or
 * {@link #settle}, so that there is no moment in which a slot is free and a waiter that could take
 * it is not seen.
 */
final class Facts {
  final Lineup lineup;
  final Availability availability = new Availability();
  final Wakes wakes;
  final Dispatcher dispatcher;

  Facts(Backend backend, Lineup lineup) {
    BackendConfig config = lineup.config();
    this.lineup = lineup;
    this.wakes = new Wakes(config.name());
    this.dispatcher = new Dispatcher(backend, lineup.servers(), config.queue(), wakes);
  }

  void reconfigure(BackendConfig next, @Nullable TlsConnector tls) {
    lineup.reconfigure(next, tls);
    dispatcher.reconfigure(lineup.servers(), next.queue());
  }

  /** Gives out what has become free. */
  void match(News news) {
    news.granted(dispatcher.match());
  }

  /** The same, after somebody has left that server. */
  void left(Server server, News news) {
    match(news);
    news.emptied(server.standing().slots.emptied());
  }

  /** The same after a change of what servers there are, or are active. */
  void settle(News news) {
    boolean active = lineup.active() > 0;
    if (availability.set(active)) {
      if (active) {
        wakes.serverUp();
      } else {
        dispatcher.allWantServer();
      }
    }
    match(news);
  }

  StateLog.Moment moment(Server server) {
    return new StateLog.Moment(
        server.up(), lineup.active(), server.sessions(), dispatcher.queued());
  }
}
