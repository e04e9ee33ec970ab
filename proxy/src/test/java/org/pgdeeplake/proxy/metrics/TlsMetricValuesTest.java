package org.pgdeeplake.proxy.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.cert.X509Certificate;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.pgdeeplake.proxy.support.ScrapedText;
import org.pgdeeplake.proxy.traffic.TlsTraffic.Handshake;
import org.pgdeeplake.proxy.traffic.TlsTraffic.Result;
import org.pgdeeplake.proxy.traffic.TlsTraffic.Side;

// Rule: handshakes are counted by side and result, and each certificate that is shown has its
// expiry.
class TlsMetricValuesTest {
  private final Metrics metrics = new Metrics();

  private ScrapedText scrape() {
    return ScrapedText.parse(metrics.scrape());
  }

  @Test
  void handshakesAreCountedBySideAndResult() {
    try (TlsScene tls = TlsScene.open(metrics)) {
      assertThat(handshakes(scrape(), "frontend", "full", "TLSv1.3")).isEqualTo("0.0");
      assertThat(handshakes(scrape(), "backend", "failed", "none")).isEqualTo("0.0");
      tls.traffic().opened(Side.FRONTEND);
      tls.traffic().opened(Side.FRONTEND);
      tls.traffic().opened(Side.BACKEND);
      tls.traffic().closed();
      tls.traffic().ended(handshake("pg_frontend", Side.FRONTEND, Result.FULL), false);
      tls.traffic().ended(handshake("pg_frontend", Side.FRONTEND, Result.RESUMED), true);
      tls.traffic().ended(handshake("pg_frontend", Side.FRONTEND, Result.FULL), true);
      tls.traffic().ended(handshake("pg_frontend", Side.FRONTEND, Result.FAILED), false);
      tls.traffic().ended(handshake("pg_backends", Side.BACKEND, Result.FULL), false);

      ScrapedText text = scrape();
      assertThat(handshakes(text, "frontend", "full", "TLSv1.3")).isEqualTo("2.0");
      assertThat(handshakes(text, "frontend", "resumed", "TLSv1.3")).isEqualTo("1.0");
      assertThat(handshakes(text, "frontend", "failed", "none")).isEqualTo("1.0");
      assertThat(handshakes(text, "backend", "full", "TLSv1.3")).isEqualTo("1.0");
      assertThat(text.value("pgproxy_tls_handshake_seconds_count", "side", "frontend"))
          .isEqualTo("3");
      assertThat(process(text, "current_ssl_connections")).isEqualTo("2.0");
      assertThat(process(text, "ssl_connections_total")).isEqualTo("3.0");
      assertThat(process(text, "max_ssl_rate")).isEqualTo("2.0");
      assertThat(process(text, "max_frontend_ssl_key_rate")).isEqualTo("2.0");
      assertThat(process(text, "max_backend_ssl_key_rate")).isEqualTo("1.0");
      assertThat(process(text, "ssl_cache_lookups_total")).isEqualTo("2.0");
      assertThat(process(text, "ssl_cache_misses_total")).isEqualTo("1.0");
      assertThat(process(text, "limit_ssl_rate")).isEqualTo("0.0");
      assertThat(process(text, "max_ssl_connections")).isEqualTo("0.0");
    }
  }

  @Test
  void everyCertificateThatIsShownHasItsExpiry() {
    try (TlsScene tls = TlsScene.open(metrics)) {
      X509Certificate certificate = tls.certificate().certificate();
      String expiry =
          scrape()
              .value(
                  "pgproxy_tls_certificate_expiry_timestamp_seconds",
                  "proxy",
                  "pg_frontend",
                  "side",
                  "frontend",
                  "subject",
                  "CN=localhost",
                  "serial",
                  certificate.getSerialNumber().toString(16));
      assertThat(Double.parseDouble(expiry))
          .isEqualTo((double) certificate.getNotAfter().toInstant().getEpochSecond());
    }
  }

  private static String process(ScrapedText text, String family) {
    return text.value("haproxy_process_" + family);
  }

  private static String handshakes(ScrapedText text, String side, String result, String version) {
    return text.value(
        "pgproxy_tls_handshakes_total", "side", side, "result", result, "version", version);
  }

  private static Handshake handshake(String proxy, Side side, Result result) {
    String version = result == Result.FAILED ? Handshake.NO_VERSION : "TLSv1.3";
    return new Handshake(proxy, side, result, version, TimeUnit.MILLISECONDS.toNanos(3));
  }
}
