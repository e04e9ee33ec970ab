package org.pgdeeplake.proxy.metrics;

import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;

/**
 * All metrics of one scrape, as text.
 *
 * @param contentType for the answer's header
 */
public record Exposition(String contentType, String text) {
  private static final String TEXT = "text/plain; version=0.0.4; charset=utf-8";
  private static final String OPEN_METRICS =
      "application/openmetrics-text; version=1.0.0; charset=utf-8";

  /**
   * The library writes no counter without {@code _total}. In OpenMetrics there can be none, and
   * that one is of unknown type.
   */
  private static final String AS_HAPROXYS =
      "# TYPE haproxy_process_" + ProcessFamilies.FAILED_RESOLUTIONS + " counter\n";

  private static final String UNTYPED_AS_OURS = AS_HAPROXYS.replace(" counter", " untyped");

  /**
   * @param accept what the reader says it takes; OpenMetrics only if it is named there
   */
  static Exposition of(PrometheusMeterRegistry registry, String accept) {
    boolean open = accept.contains("application/openmetrics-text");
    String contentType = open ? OPEN_METRICS : TEXT;
    String text = registry.scrape(contentType);
    return new Exposition(contentType, open ? text : text.replace(UNTYPED_AS_OURS, AS_HAPROXYS));
  }
}
