package org.pgdeeplake.benchmarks.peer;

import java.util.Optional;
import java.util.Set;
import org.pgdeeplake.benchmarks.BenchFailed;

/** Something that stands between clients and a server, or nothing at all. */
public interface Peer {
  /** In tables and on the command line. */
  String name();

  /** Why it cannot be measured here; empty if it can. */
  Optional<String> missing() throws BenchFailed, InterruptedException;

  String version() throws BenchFailed, InterruptedException;

  /** How it is configured, in a line. */
  String settings();

  Set<Ability> abilities();

  default boolean can(Ability ability) {
    return abilities().contains(ability);
  }

  /** Accepts connections when this returns. */
  RunningPeer start(Setup setup) throws BenchFailed, InterruptedException;

  /** Ready for clients when this returns. */
  default RunningPeer startReady(Setup setup) throws BenchFailed, InterruptedException {
    RunningPeer running = start(setup);
    try {
      running.awaitReady();
      return running;
    } catch (BenchFailed | InterruptedException e) {
      running.close();
      throw e;
    }
  }

  /** What scenarios ask for. */
  enum Ability {
    /** Passes on the sessions of the load's own client one to one. */
    RELAY,
    /** Speaks TLS with clients, at once and not after an SSLRequest. */
    DIRECT_TLS,
    /** Keeps clients waiting until there is a server. */
    HOLD,
    /** Is a process that can be started and accounted for. */
    PROCESS,
    /** Is this project's. */
    OURS;

    /** Of whatever passes bytes on and speaks TLS. */
    static final Set<Ability> LAYER_4 = Set.of(RELAY, DIRECT_TLS, PROCESS);
  }
}
