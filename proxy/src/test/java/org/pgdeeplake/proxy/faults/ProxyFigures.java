package org.pgdeeplake.proxy.faults;

import java.time.Instant;
import java.util.List;
import org.pgdeeplake.proxy.support.AdminPort;
import org.pgdeeplake.proxy.support.ScrapedText;

/** What the proxy tells of itself. Each answer is a scrape, and blocks. */
record ProxyFigures(AdminPort admin) {
  ScrapedText scrape() {
    return ScrapedText.parse(admin.get("/metrics"));
  }

  /** Sessions and waiters that it counts, which are none without clients. */
  double left() {
    ScrapedText metrics = scrape();
    return metrics.number("haproxy_process_current_connections")
        + metrics.number("pgproxy_waiting")
        + metrics.number("haproxy_backend_current_sessions", "proxy", "pg_backends");
  }

  /** Whom it has sessions for, in the order of their names. */
  List<String> activeServers() {
    return scrape().samples().stream()
        .filter(sample -> sample.name().equals("haproxy_server_status"))
        .filter(sample -> "UP".equals(sample.labels().get("state")))
        .filter(sample -> Double.parseDouble(sample.value()) == 1)
        .map(sample -> sample.labels().getOrDefault("server", ""))
        .sorted()
        .toList();
  }

  /** When, by its own clock, it last took a configuration over. */
  Instant reloaded() {
    return Instant.ofEpochSecond(
        (long) scrape().number("pgproxy_config_last_reload_success_timestamp_seconds"));
  }

  /** Connections of clients. */
  double connections() {
    return scrape().number("haproxy_process_current_connections");
  }

  /** Of garbage, so far. */
  double collections() {
    return scrape().samples().stream()
        .filter(sample -> sample.name().equals("jvm_gc_collection_seconds_count"))
        .mapToDouble(sample -> Double.parseDouble(sample.value()))
        .sum();
  }

  double linesLost() {
    return scrape().number("pgproxy_log_lines_dropped_total");
  }

  /** Questions to name servers. */
  double unansweredQuestions() {
    return scrape().number("pgproxy_dns_lookups_total", "result", "unanswered");
  }
}
