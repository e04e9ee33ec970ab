package org.pgdeeplake.proxy.metrics;

import java.util.List;
import java.util.Map;
import org.pgdeeplake.proxy.metrics.Family.Kind;

/** The other replicas; prefix {@code pgproxy_}. */
final class PeerFamilies {
  private PeerFamilies() {}

  static List<Family<PeerFacts>> peers() {
    return List.of(
        Family.states(
            "peers",
            "Other replicas that are known: heard now, or silent and counted with what they said",
            peers -> Map.of("up", (double) peers.up(), "silent", (double) peers.silent())),
        new Family<>(
            "peer_age_seconds",
            Kind.GAUGE,
            "How old the last word of a replica is",
            "peer",
            PeerFacts::ageSeconds),
        Family.counter(
            "peers_refused_total",
            "Requests of peers that did not show the secret",
            PeerFacts::refused),
        Family.counter(
            "peers_forgotten_total",
            "Replicas that were silent for too long",
            PeerFacts::forgotten),
        Family.counter(
            "peers_cancels_asked_total",
            "Cancel keys that the other replicas were asked for",
            PeerFacts::asked));
  }
}
