package org.pgdeeplake.proxy.metrics;

import static org.pgdeeplake.proxy.metrics.Family.counter;

import java.util.List;
import java.util.Map;
import org.pgdeeplake.proxy.discovery.Resolver;
import org.pgdeeplake.proxy.metrics.Family.Kind;

/** How names are resolved; prefix {@code pgproxy_dns_}. */
final class DnsFamilies {
  private DnsFamilies() {}

  static List<Family<Resolver>> resolver() {
    return List.of(
        counter(
            "queries_total",
            "Questions sent to name servers",
            resolver -> resolver.figures().queries()),
        new Family<>(
            "lookups_total",
            Kind.COUNTER,
            "Lookups of a name, by what came of them",
            "result",
            DnsFamilies::results),
        new Family<>(
            "answer_age_seconds",
            Kind.GAUGE,
            "Since the last good answer for a name that is in use",
            "name",
            Resolver::ages));
  }

  private static Map<String, Double> results(Resolver resolver) {
    return Map.of(
        "found", (double) resolver.figures().found(),
        "none", (double) resolver.figures().none(),
        "unanswered", (double) resolver.figures().unanswered());
  }
}
