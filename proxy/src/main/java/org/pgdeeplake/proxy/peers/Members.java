package org.pgdeeplake.proxy.peers;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.proxy.config.PeersConfig;
import org.pgdeeplake.proxy.demand.Load;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The other replicas and what each said last, from its first word until it says goodbye or has been
 * silent for too long. Changed on one loop; reading is for any thread.
 */
final class Members {
  private static final Logger log = LoggerFactory.getLogger(Members.class);

  private final Map<String, Member> byId = new HashMap<>();
  private final LongAdder forgotten = new LongAdder();
  private boolean full;
  private volatile List<Member> now = List.of();

  /** What of the sum has changed. */
  enum Change {
    NOTHING,
    DEMAND
  }

  List<Member> now() {
    return now;
  }

  long forgotten() {
    return forgotten.sum();
  }

  @Nullable Member of(String id) {
    return byId.get(id);
  }

  /** A replica has said something. An older state than the last one is not listened to. */
  Change heard(PeerState state, InetSocketAddress at, long nanos) {
    Member before = byId.get(state.id());
    if (before == null && byId.size() >= PeersConfig.MAX) {
      if (!full) {
        full = true;
        log.error("more than {} peers: {} is not counted", PeersConfig.MAX, state.name());
      }
      return Change.NOTHING;
    }
    if (before != null && state.sequence() < before.last().sequence()) {
      return Change.NOTHING;
    }
    if (state.leaving()) {
      if (before != null) {
        log.info("peer {} has ended", before);
        return forget(before);
      }
      return Change.NOTHING;
    }
    Member member = new Member(state, at, nanos, true);
    byId.put(state.id(), member);
    Change change =
        before != null && before.last().loads().equals(state.loads())
            ? Change.NOTHING
            : Change.DEMAND;
    if (before == null || !before.up()) {
      log.info("peer {} is up", member);
      if (replacesPredecessors(member)) {
        change = Change.DEMAND;
      }
    }
    publish();
    return change;
  }

  /** Two processes cannot have one address: who was there before has ended. */
  private boolean replacesPredecessors(Member member) {
    boolean replaces = false;
    for (Member other : List.copyOf(byId.values())) {
      if (!other.up() && other.at().equals(member.at())) {
        log.info("peer {} is forgotten: another one is at its address", other);
        var _ = forget(other);
        replaces = true;
      }
    }
    return replaces;
  }

  /** It is not heard any more; what it said counts on. */
  void lost(String id, String why, Duration ttl) {
    Member member = byId.get(id);
    if (member != null && member.up()) {
      byId.put(id, member.silent());
      publish();
      log.warn(
          "peer {} is silent: {}; what it said last counts for {} s", member, why, ttl.toSeconds());
    }
  }

  /** Forgets those that have been silent for so long. */
  Change expire(Duration ttl, long nanos) {
    Change change = Change.NOTHING;
    for (Member member : List.copyOf(byId.values())) {
      if (!member.up() && nanos - member.heardNanos() >= ttl.toNanos()) {
        log.warn("peer {} is forgotten: it was silent for {} s", member, ttl.toSeconds());
        forgotten.increment();
        change = forget(member);
      }
    }
    return change;
  }

  private Change forget(Member member) {
    byId.remove(member.last().id());
    full = false;
    publish();
    return Change.DEMAND;
  }

  void clear() {
    byId.clear();
    publish();
  }

  private void publish() {
    now = List.copyOf(byId.values());
  }

  /** What all of them want of that backend. */
  Load load(String backend) {
    Load sum = Load.NONE;
    for (Member member : now) {
      sum = sum.plus(member.last().loads().getOrDefault(backend, Load.NONE));
    }
    return sum;
  }

  /** Sessions that all of them have with that server. */
  int sessions(ServerName server) {
    return now.stream().mapToInt(one -> one.last().sessions().getOrDefault(server, 0)).sum();
  }

  /**
   * Whether none has a session with the server, nor will get one: each has heard what is wanted of
   * it. One that does not have the server at all has nothing to hear.
   */
  boolean empty(ServerName server, @Nullable Wish wanted) {
    return now.stream()
        .map(Member::last)
        .filter(state -> state.sessions().containsKey(server))
        .allMatch(state -> {
          Wish known = state.wishes().get(server);
          boolean heard = wanted == null || (known != null && !wanted.laterThan(known));
          return heard && state.sessions().getOrDefault(server, 0) == 0;
        });
  }
}
