package org.pgdeeplake.proxy.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.prometheus.metrics.model.snapshots.Labels;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.pgdeeplake.proxy.backend.Backend;
import org.pgdeeplake.proxy.backend.Server;
import org.pgdeeplake.proxy.traffic.TlsTraffic.Handshake;
import org.pgdeeplake.proxy.traffic.TlsTraffic.Result;
import org.pgdeeplake.proxy.traffic.TlsTraffic.Side;
import org.pgdeeplake.proxy.wake.Wake.Outcome;
import org.pgdeeplake.proxy.wake.WakeListener;

/**
 * What is counted as it happens. A counter that does not exist before its first event has no
 * increase over it: so all that can happen is there from the start ({@code expect}). Any thread.
 */
final class Meters {
  /** The first field: the others need it. */
  final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

  /** Waiting for an instance that has to start first; {@code timeouts.queue} is 120 s. */
  private static final Duration[] WAIT_BUCKETS =
      seconds(0.005, 0.025, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 30, 60, 120);

  /** From a server that is only suspended to one that recovers for minutes. */
  private static final Duration[] WAKE_BUCKETS =
      seconds(0.1, 0.25, 0.5, 1, 1.5, 2, 3, 5, 7.5, 10, 15, 20, 30, 45, 60, 90, 120);

  /** Answers of a server that is up; {@code timeouts.connect} is 10 s. */
  private static final Duration[] ANSWER_BUCKETS =
      seconds(0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10);

  /** From one statement to a pool that keeps its connections for a day. */
  private static final Duration[] SESSION_BUCKETS = seconds(0.01, 0.1, 1, 10, 60, 600, 3600, 86400);

  final Events<Timer> queueWait =
      timers("pgproxy_queue_wait", "From a request to its server", WAIT_BUCKETS, "proxy");
  final Events<Timer> connect =
      timers("pgproxy_connect", "TCP connect to a server", ANSWER_BUCKETS, "proxy", "server");
  final Events<Timer> firstByte =
      timers(
          "pgproxy_first_byte",
          "From the connection to the server's first byte",
          ANSWER_BUCKETS,
          "proxy",
          "server");
  final Events<Timer> sessionDuration =
      timers("pgproxy_session_duration", "From accept to the end", SESSION_BUCKETS, "proxy");
  final Events<Counter> sessionsClosed =
      counters("pgproxy_sessions_closed", "Sessions that ended", "proxy", "reason");
  final Events<Counter> refusals =
      counters(
          "pgproxy_refusals",
          "Errors that clients got from the proxy itself",
          "proxy",
          "reason",
          "sqlstate");
  final Events<Timer> wake =
      timers(
          "pgproxy_wake",
          "Starts of a backend, each phase since the first demand",
          WAKE_BUCKETS,
          "proxy",
          "phase");
  final Events<Counter> wakes =
      counters("pgproxy_wakes", "Starts of a backend by how they ended", "proxy", "outcome");
  final Events<Counter> handshakes =
      counters(
          "pgproxy_tls_handshakes",
          "TLS handshakes by how they ended",
          "proxy",
          "side",
          "result",
          "version");
  final Events<Timer> handshakeTime =
      timers(
          "pgproxy_tls_handshake",
          "TLS handshakes that succeeded",
          ANSWER_BUCKETS,
          "proxy",
          "side");
  final Events<Timer> lookups = timers("pgproxy_dns_lookup", "Lookups of a name", ANSWER_BUCKETS);
  final Events<Counter> reloads =
      counters("pgproxy_reloads", "Reloads of the configuration by how they ended", "result");
  final Events<Counter> consoleLogins =
      counters("pgproxy_console_logins", "Logins at the console by how they ended", "result");
  final Events<Counter> scalerCalls =
      counters("pgproxy_scaler_calls", "Calls of the scaler by status", "method", "code");
  final Events<Counter> cancels =
      counters("pgproxy_cancels", "Cancel requests by what became of them", "result");

  /**
   * @param closeReasons why sessions of the frontend end
   * @param refused reason to the SQLSTATEs with which it is told
   */
  void expect(String frontend, List<String> closeReasons, Map<String, List<String>> refused) {
    closeReasons.forEach(reason -> {
      var _ = sessionsClosed.of(frontend, reason);
    });
    refused.forEach((reason, sqlStates) ->
        sqlStates.forEach(sqlState -> {
          var _ = refusals.of(frontend, reason, sqlState);
        }));
  }

  void expect(Backend backend) {
    var _ = queueWait.of(backend.name());
    for (WakeListener.Phase phase : WakeListener.Phase.values()) {
      if (phase != WakeListener.Phase.ABANDONED) {
        var _ = wake.of(backend.name(), phase.label());
      }
    }
    var _ = wakes.of(backend.name(), Outcome.SERVED.label());
    var _ = wakes.of(backend.name(), Outcome.ABANDONED.label());
    for (Server server : backend.servers()) {
      var _ = connect.of(backend.name(), server.name());
      var _ = firstByte.of(backend.name(), server.name());
    }
  }

  void expectHandshakes(String proxy, Side side) {
    for (String version : List.of("TLSv1.2", "TLSv1.3")) {
      var _ = handshakes.of(proxy, side.label(), Result.FULL.label(), version);
      var _ = handshakes.of(proxy, side.label(), Result.RESUMED.label(), version);
    }
    var _ = handshakes.of(proxy, side.label(), Result.FAILED.label(), Handshake.NO_VERSION);
    var _ = handshakeTime.of(proxy, side.label());
  }

  /**
   * From now on there is nothing else.
   *
   * @param serverNames backend and server
   */
  void show(Set<String> frontendNames, Set<String> backendNames, Set<List<String>> serverNames) {
    List.of(sessionDuration, sessionsClosed, refusals)
        .forEach(events -> events.show(values -> frontendNames.contains(values.getFirst())));
    List.of(wake, wakes)
        .forEach(events -> events.show(values -> backendNames.contains(values.getFirst())));
    queueWait.show(values -> backendNames.contains(values.getFirst()));
    List.of(connect, firstByte).forEach(events -> events.show(serverNames::contains));
    List.of(handshakes, handshakeTime)
        .forEach(events ->
            events.show(values ->
                values.get(1).equals(Side.SCALER.label())
                    || (values.get(1).equals(Side.FRONTEND.label()) ? frontendNames : backendNames)
                        .contains(values.getFirst())));
  }

  /** Adds what its owners tell at each scrape; as {@link OwnerCollector}. */
  <T> void collect(
      String prefix,
      List<Family<T>> families,
      Supplier<List<T>> owners,
      Function<T, Labels> labels) {
    registry
        .getPrometheusRegistry()
        .register(new OwnerCollector<>(prefix, families, owners, labels));
  }

  private Events<Timer> timers(String name, String help, Duration[] buckets, String... labels) {
    return new Events<>(
        registry,
        (values, shownIn) ->
            Timer.builder(name)
                .description(help)
                .tags(tags(labels, values))
                .serviceLevelObjectives(buckets)
                .register(shownIn));
  }

  private Events<Counter> counters(String name, String help, String... labels) {
    return new Events<>(
        registry,
        (values, shownIn) ->
            Counter.builder(name).description(help).tags(tags(labels, values)).register(shownIn));
  }

  private static Tags tags(String[] labels, List<String> values) {
    return Tags.of(
        IntStream.range(0, labels.length).mapToObj(i -> Tag.of(labels[i], values.get(i))).toList());
  }

  private static Duration[] seconds(double... bounds) {
    return Arrays.stream(bounds)
        .mapToObj(bound -> Duration.ofNanos(Math.round(bound * TimeUnit.SECONDS.toNanos(1))))
        .toArray(Duration[]::new);
  }
}
