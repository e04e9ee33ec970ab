package org.pgdeeplake.proxy.metrics;

import static org.pgdeeplake.proxy.metrics.Family.gauge;

import java.util.List;
import java.util.Map;
import org.pgdeeplake.proxy.metrics.Family.Kind;
import org.pgdeeplake.proxy.metrics.HaproxyFamilies.Frontend;
import org.pgdeeplake.proxy.traffic.RelayedSides;

/** What sessions wait for and take, beyond what HAProxy tells; prefix {@code pgproxy_}. */
final class SessionFamilies {
  private SessionFamilies() {}

  static List<Family<Frontend>> frontend() {
    return List.of(
        new Family<>(
            "current_paused_sides",
            Kind.GAUGE,
            "Clients and servers that are not read, since the other side takes less than they give",
            "side",
            f -> paused(f.traffic().sides())),
        gauge(
            "current_half_closed_sessions",
            "Sessions whose client has said its last and whose server has not",
            f -> f.traffic().sides().halfClosed().sum()));
  }

  private static Map<String, Double> paused(RelayedSides sides) {
    return Map.of(
        "client", (double) sides.pausedClients().sum(),
        "server", (double) sides.pausedServers().sum());
  }

  static List<Family<AdmissionFacts>> admission() {
    return List.of(
        gauge(
            "current_client_connections",
            "Connections of clients, with those who are only told that there is no place",
            AdmissionFacts::connections),
        gauge(
            "client_connections_limit",
            "Most of them at once; more are closed at once",
            AdmissionFacts::connectionLimit),
        gauge(
            "current_places",
            "Sessions that have a place, of haproxy_process_hard_max_connections",
            AdmissionFacts::places),
        gauge(
            "cancels_in_progress",
            "Cancel requests that are on their way to a server",
            AdmissionFacts::cancels),
        gauge(
            "current_held_bytes",
            "Memory of the heap for what clients have sent ahead of their servers' first word",
            AdmissionFacts::heldBytes),
        gauge(
            "held_limit_bytes",
            "From how much of it on whoever sends more is refused",
            AdmissionFacts::heldLimit));
  }
}
