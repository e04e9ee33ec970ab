package org.pgdeeplake.proxy.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Timer;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.concurrent.TimeUnit;

/** What happens in the proxy, one method for each event. Any thread. */
public final class Metrics {
  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

  /** A session got a server after waiting so long. */
  public void queueWaited(String backend, long nanos) {
    Timer.builder("pgproxy_queue_wait")
        .tag("proxy", backend)
        .register(registry)
        .record(nanos, TimeUnit.NANOSECONDS);
  }

  /** A TCP connection to a server was made. */
  public void connected(String backend, String server, long nanos) {
    Timer.builder("pgproxy_connect")
        .tags("proxy", backend, "server", server)
        .register(registry)
        .record(nanos, TimeUnit.NANOSECONDS);
  }

  /** A server sent its first byte so long after it was connected. */
  public void firstByte(String backend, String server, long nanos) {
    Timer.builder("pgproxy_first_byte")
        .tags("proxy", backend, "server", server)
        .register(registry)
        .record(nanos, TimeUnit.NANOSECONDS);
  }

  /** A session ended, for one of the reasons of CloseReason. */
  public void sessionEnded(String frontend, String reason, long totalNanos) {
    Timer.builder("pgproxy_session_duration")
        .tags("proxy", frontend, "reason", reason)
        .register(registry)
        .record(totalNanos, TimeUnit.NANOSECONDS);
  }

  /** The proxy answered a client with an error of its own. */
  public void refused(String frontend, String reason, String sqlState) {
    Counter.builder("pgproxy_refusals")
        .tags("proxy", frontend, "reason", reason, "sqlstate", sqlState)
        .register(registry)
        .increment();
  }

  /** A cancel request ended: {@code forwarded}, {@code broadcast}, {@code failed}. */
  public void cancel(String result) {
    Counter.builder("pgproxy_cancels").tag("result", result).register(registry).increment();
  }
}
