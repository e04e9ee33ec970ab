package org.pgdeeplake.proxy.session;

import java.net.InetAddress;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.proxy.config.FrontendConfig;
import org.pgdeeplake.proxy.postgres.ErrorResponse;

/**
 * Who may have a session: the places of the process, and each client's part of them. Those of a
 * frontend are its traffic's. Any thread.
 */
final class Admission {
  private final Map<InetAddress, Integer> perClient = new ConcurrentHashMap<>();
  private final ClientRates rates = new ClientRates(System::nanoTime);
  private final AtomicInteger taken = new AtomicInteger();
  private volatile int places = Integer.MAX_VALUE;

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
  @Nullable ErrorResponse admit(InetAddress client, FrontendConfig limits) {
    int perSecond = limits.maxConnectionRatePerClient();
    if (!rates.admit(client, perSecond)) {
      return Refusals.clientConnectionRate(perSecond);
    }
    int limit = places;
    if (taken.incrementAndGet() > limit) {
      taken.decrementAndGet();
      return Refusals.processLimit(limit);
    }
    int most = limits.maxConnectionsPerClient();
    int sessions = perClient.merge(client, 1, Integer::sum);
    if (most > 0 && sessions > most) {
      discharge(client);
      return Refusals.clientConnectionLimit(most);
    }
    return null;
  }

  /** Gives it back. */
  void discharge(InetAddress client) {
    perClient.computeIfPresent(client, (address, n) -> n == 1 ? null : n - 1);
    taken.decrementAndGet();
  }
}
