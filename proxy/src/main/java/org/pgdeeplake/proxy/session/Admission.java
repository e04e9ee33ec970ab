package org.pgdeeplake.proxy.session;

import java.net.InetAddress;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.proxy.config.FrontendConfig;
import org.pgdeeplake.proxy.postgres.ErrorResponse;

/**
 * Who may have a session: the places of the process, and of a frontend what each client may have.
 * The frontend's own are its traffic's. Any thread.
 */
final class Admission {
  private final Map<Visitor, Integer> perClient = new ConcurrentHashMap<>();
  private final ClientRates rates;
  private final AtomicInteger taken = new AtomicInteger();
  private volatile int places = Integer.MAX_VALUE;

  Admission() {
    this(System::nanoTime);
  }

  /**
   * @param clock nanoseconds, only growing
   */
  Admission(LongSupplier clock) {
    this.rates = new ClientRates(clock);
  }

  /** From now on; sessions that are more than that live on. */
  void limit(int sessions) {
    places = sessions;
  }

  /** Sessions at once that the process has room for. */
  int places() {
    return places;
  }

  /** Places that are taken. */
  int taken() {
    return taken.get();
  }

  /** Takes a place for one session of this client; what it hears where there is none. */
  @Nullable ErrorResponse admit(InetAddress client, FrontendConfig frontend) {
    int limit = places;
    if (taken.incrementAndGet() > limit) {
      taken.decrementAndGet();
      return Refusals.processLimit(limit);
    }
    Visitor visitor = Visitor.of(client, frontend);
    int most = frontend.maxConnectionsPerClient();
    int sessions = perClient.merge(visitor, 1, Integer::sum);
    if (most > 0 && sessions > most) {
      discharge(visitor);
      return Refusals.clientConnectionLimit(most);
    }
    // Last: a session that does not begin is none of those that may begin in a second.
    int perSecond = frontend.maxConnectionRatePerClient();
    if (!rates.admit(visitor, perSecond)) {
      discharge(visitor);
      return Refusals.clientConnectionRate(perSecond);
    }
    return null;
  }

  /** Gives it back. */
  void discharge(InetAddress client, FrontendConfig frontend) {
    discharge(Visitor.of(client, frontend));
  }

  private void discharge(Visitor visitor) {
    perClient.computeIfPresent(visitor, (same, n) -> n == 1 ? null : n - 1);
    taken.decrementAndGet();
  }
}
