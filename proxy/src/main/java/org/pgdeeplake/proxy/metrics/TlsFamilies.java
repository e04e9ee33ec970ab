package org.pgdeeplake.proxy.metrics;

import static org.pgdeeplake.proxy.metrics.Family.counter;
import static org.pgdeeplake.proxy.metrics.Family.gauge;

import io.prometheus.metrics.model.snapshots.Labels;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BinaryOperator;
import org.pgdeeplake.proxy.tls.ShownCertificate;
import org.pgdeeplake.proxy.tls.TlsEdge;
import org.pgdeeplake.proxy.traffic.TlsTraffic;

/** TLS that the proxy itself speaks. What passes through it encrypted is not in here. */
final class TlsFamilies {
  private TlsFamilies() {}

  /** Prefix {@code haproxy_process_}; names and meaning are HAProxy's. */
  static List<Family<TlsTraffic>> process() {
    return List.of(
        gauge("max_ssl_connections", "Limit of TLS connections; 0: there is none", t -> 0),
        gauge("current_ssl_connections", "TLS connections now, of both sides", t -> t.current()),
        counter("ssl_connections_total", "TLS connections, of both sides", t -> t.total()),
        gauge(
            "current_ssl_rate",
            "TLS connections of clients in the last second",
            t -> t.accepted().perSecond()),
        gauge(
            "max_ssl_rate",
            "Most TLS connections of clients in a second",
            t -> t.accepted().maxPerSecond()),
        gauge("limit_ssl_rate", "Limit of that rate; 0: there is none", t -> 0),
        gauge(
            "current_frontend_ssl_key_rate",
            "Full handshakes with clients in the last second",
            t -> t.frontendKeys().perSecond()),
        gauge(
            "max_frontend_ssl_key_rate",
            "Most full handshakes with clients in a second",
            t -> t.frontendKeys().maxPerSecond()),
        gauge(
            "frontend_ssl_reuse",
            "Percent of the handshakes with clients in the last second that resumed a session",
            TlsTraffic::reusePercent),
        gauge(
            "current_backend_ssl_key_rate",
            "Full handshakes with servers in the last second",
            t -> t.backendKeys().perSecond()),
        gauge(
            "max_backend_ssl_key_rate",
            "Most full handshakes with servers in a second",
            t -> t.backendKeys().maxPerSecond()),
        counter(
            "ssl_cache_lookups_total",
            "Handshakes in which a client asked to resume a session",
            t -> t.lookupsTotal()),
        counter(
            "ssl_cache_misses_total",
            "Those in which it could not be resumed",
            t -> t.missesTotal()));
  }

  /** Prefix {@code pgproxy_tls_}. */
  static List<Family<ShownCertificate>> certificates() {
    return List.of(
        gauge(
            "certificate_expiry_timestamp_seconds",
            "When a certificate that the proxy shows expires",
            shown -> shown.certificate().getNotAfter().toInstant().getEpochSecond()));
  }

  /** The same prefix. */
  static List<Family<TlsEdge>> handshakes() {
    return List.of(
        gauge(
            "handshakes_waiting",
            "Handshakes of clients that wait for their turn",
            tls -> tls.handshakesWaiting()));
  }

  /** Of certificates that the labels do not tell from one another, the one that expires first. */
  static List<ShownCertificate> distinct(List<ShownCertificate> shown) {
    Map<Labels, ShownCertificate> distinct = new LinkedHashMap<>();
    for (ShownCertificate one : shown) {
      distinct.merge(
          labels(one),
          one,
          BinaryOperator.minBy(Comparator.comparing(other -> other.certificate().getNotAfter())));
    }
    return List.copyOf(distinct.values());
  }

  static Labels labels(ShownCertificate shown) {
    return Labels.of(
        "proxy",
        shown.proxy(),
        "side",
        shown.side().label(),
        "serial",
        shown.serial(),
        "subject",
        shown.certificate().getSubjectX500Principal().getName());
  }
}
