package org.pgdeeplake.proxy.metrics;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BooleanSupplier;
import java.util.function.ToLongFunction;
import org.pgdeeplake.proxy.config.FrontendConfig;
import org.pgdeeplake.proxy.metrics.HaproxyFamilies.Frontend;
import org.pgdeeplake.proxy.traffic.FrontendTraffic;

/**
 * The frontends that there are, and the sums over all that there ever were: those never shrink. Any
 * thread.
 */
final class Frontends {
  /** A connection that was accepted before its frontend was closed is a session long before. */
  static final int QUIET_TICKS = 60;

  private final List<Frontend> present = new CopyOnWriteArrayList<>();

  // From here on everything is guarded by this.

  /** Of frontends that are gone: for how many ticks they have had no session. */
  private final Map<FrontendTraffic, Integer> leaving = new HashMap<>();

  /** Sums over those of which nothing else is kept. */
  private long pastSessions;

  private long pastBytesOut;
  private int pastMaxPerSecond;

  List<Frontend> present() {
    return present;
  }

  /** Again where the configuration changes. */
  synchronized void register(
      FrontendConfig config, FrontendTraffic traffic, BooleanSupplier bound) {
    Frontend now = new Frontend(config, traffic, bound);
    if (present.stream().anyMatch(frontend -> frontend.traffic() == traffic)) {
      present.replaceAll(frontend -> frontend.traffic() == traffic ? now : frontend);
    } else {
      present.add(now);
      leaving.remove(traffic);
    }
  }

  synchronized void retain(Set<String> names) {
    List<Frontend> gone =
        present.stream().filter(one -> !names.contains(one.config().name())).toList();
    gone.forEach(frontend -> leaving.put(frontend.traffic(), 0));
    present.removeAll(gone);
  }

  /** Once a second: of a frontend that is gone nothing but its sums is kept after its sessions. */
  synchronized void tick() {
    Iterator<Map.Entry<FrontendTraffic, Integer>> all = leaving.entrySet().iterator();
    while (all.hasNext()) {
      Map.Entry<FrontendTraffic, Integer> one = all.next();
      FrontendTraffic traffic = one.getKey();
      one.setValue(traffic.current() == 0 ? one.getValue() + 1 : 0);
      if (one.getValue() > QUIET_TICKS) {
        pastSessions += traffic.traffic().sessionsTotal();
        pastBytesOut += traffic.traffic().bytesOutTotal();
        pastMaxPerSecond = Math.max(pastMaxPerSecond, traffic.traffic().rate().maxPerSecond());
        all.remove();
      }
    }
  }

  /** How many that are gone are still kept. */
  synchronized int leaving() {
    return leaving.size();
  }

  synchronized long sessionsTotal() {
    return pastSessions + sum(traffic -> traffic.traffic().sessionsTotal());
  }

  synchronized long bytesOutTotal() {
    return pastBytesOut + sum(traffic -> traffic.traffic().bytesOutTotal());
  }

  synchronized long current() {
    return sum(FrontendTraffic::current);
  }

  synchronized int sessionsPerSecond() {
    return (int) sum(traffic -> traffic.traffic().rate().perSecond());
  }

  /** Of any one of them. */
  synchronized int maxSessionsPerSecond() {
    return kept().stream()
        .mapToInt(traffic -> traffic.traffic().rate().maxPerSecond())
        .reduce(pastMaxPerSecond, Math::max);
  }

  long maxConnections() {
    return present.stream().mapToLong(frontend -> frontend.config().maxConnections()).sum();
  }

  /** The most sessions that can come to a backend. */
  long maxConnections(String backend) {
    return present.stream()
        .filter(frontend -> frontend.config().defaultBackend().equals(backend))
        .mapToLong(frontend -> frontend.config().maxConnections())
        .sum();
  }

  long listeners() {
    return present.stream().filter(frontend -> frontend.bound().getAsBoolean()).count();
  }

  private long sum(ToLongFunction<FrontendTraffic> of) {
    return kept().stream().mapToLong(of).sum();
  }

  private List<FrontendTraffic> kept() {
    List<FrontendTraffic> kept = new ArrayList<>(leaving.keySet());
    present.forEach(frontend -> kept.add(frontend.traffic()));
    return kept;
  }
}
