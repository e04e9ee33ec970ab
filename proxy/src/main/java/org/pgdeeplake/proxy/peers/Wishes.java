package org.pgdeeplake.proxy.peers;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.proxy.backend.AdministrativeState;
import org.pgdeeplake.proxy.operation.Topology;

/** The last word about each server, whichever replica was told. Any thread. */
final class Wishes {
  private final String self;
  private final LongSupplier micros;
  private final ToIntFunction<ServerName> sessionsElsewhere;
  private final Map<ServerName, Wish> last = new HashMap<>();

  /** Until they go down. */
  private final Set<ServerName> draining = new HashSet<>();

  /**
   * @param micros since 1970
   * @param sessionsElsewhere that other replicas have with a server; from memory
   */
  Wishes(String self, LongSupplier micros, ToIntFunction<ServerName> sessionsElsewhere) {
    this.self = self;
    this.micros = micros;
    this.sessionsElsewhere = sessionsElsewhere;
  }

  /** This replica was told. Makes the server what it should be, whatever came in between. */
  synchronized void say(Topology.Place place, AdministrativeState wanted, boolean untilDown) {
    ServerName name = ServerName.of(place);
    Wish before = last.get(name);
    long version = before == null ? 1 : before.version() + 1;
    last.put(name, new Wish(wanted, untilDown, Math.max(version, micros.getAsLong()), self));
    apply(place, wanted, untilDown);
  }

  /** Another one was told; returns whether that is news. */
  synchronized boolean adopt(Topology.Place place, Wish wish) {
    ServerName name = ServerName.of(place);
    Wish before = last.get(name);
    if (before != null && !wish.laterThan(before)) {
      return false;
    }
    last.put(name, wish);
    return apply(place, wish.state(), wish.untilDown());
  }

  private boolean apply(Topology.Place place, AdministrativeState wanted, boolean untilDown) {
    ServerName name = ServerName.of(place);
    boolean other = place.server().administrative() != wanted;
    if (untilDown && wanted == AdministrativeState.DRAIN) {
      place
          .backend()
          .administration()
          .drainUntilDown(place.server(), () -> sessionsElsewhere.applyAsInt(name) == 0);
      draining.add(name);
    } else {
      draining.remove(name);
      if (other) {
        place.backend().administration().administer(place.server(), wanted);
      }
    }
    return other;
  }

  /**
   * To be called now and then: a drain until down that has ended here has ended, and one who comes
   * later is not to hold it. Returns whether there was one.
   */
  synchronized boolean ended(Topology.Place place) {
    boolean over =
        draining.contains(ServerName.of(place))
            && place.server().administrative() == AdministrativeState.READY;
    if (over) {
      say(place, AdministrativeState.READY, false);
    }
    return over;
  }

  /** Null where nobody has said anything. */
  synchronized @Nullable Wish of(ServerName name) {
    return last.get(name);
  }

  synchronized Map<ServerName, Wish> all() {
    return Map.copyOf(last);
  }

  /** Forgets what concerns servers that the configuration does not have. */
  synchronized void retain(Set<ServerName> servers) {
    last.keySet().retainAll(servers);
    draining.retainAll(servers);
  }
}
