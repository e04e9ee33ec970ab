package org.pgdeeplake.proxy.metrics;

import io.prometheus.metrics.model.snapshots.Labels;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.pgdeeplake.proxy.backend.Backend;
import org.pgdeeplake.proxy.config.FrontendConfig;
import org.pgdeeplake.proxy.demand.Demand;
import org.pgdeeplake.proxy.discovery.Resolver;
import org.pgdeeplake.proxy.metrics.HaproxyFamilies.BackendServer;
import org.pgdeeplake.proxy.tls.TlsEdge;
import org.pgdeeplake.proxy.traffic.FrontendTraffic;
import org.pgdeeplake.proxy.traffic.TlsTraffic;
import org.pgdeeplake.proxy.traffic.TlsTraffic.Handshake;
import org.pgdeeplake.proxy.traffic.TlsTraffic.Result;
import org.pgdeeplake.proxy.traffic.TlsTraffic.Side;
import org.pgdeeplake.proxy.wake.Wake.Outcome;
import org.pgdeeplake.proxy.wake.WakeListener;

/**
 * What happens in the proxy, one method for each event (of sessions in {@link SessionMetrics}, of
 * the scaler in {@link ScalerMetrics}), and the exposition of it all. Facts that have an owner are
 * registered once and read from it at each scrape. Any thread.
 */
public final class Metrics {
  private static final String APPLIED = "applied";
  private static final String REFUSED = "refused";
  private static final String OK = "ok";
  private static final String FAILED = "failed";
  private final Meters meters = new Meters();
  private final Frontends frontends = new Frontends();
  private final List<Backend> backends = new CopyOnWriteArrayList<>();

  private final ProcessRates rates = new ProcessRates();
  private volatile Runnable everySecond = () -> {};
  private final LastReload lastReload = new LastReload();
  private final SessionMetrics sessions = new SessionMetrics(meters);
  private final ScalerMetrics scaler = new ScalerMetrics(meters, backends);

  public Metrics() {
    meters.collect(
        "haproxy_frontend_",
        HaproxyFamilies.frontend(),
        frontends::present,
        frontend -> Labels.of("proxy", frontend.config().name()));
    meters.collect(
        "haproxy_backend_",
        HaproxyFamilies.backend(backend -> frontends.maxConnections(backend.name())),
        () -> backends,
        Metrics::labels);
    meters.collect("haproxy_server_", ServerFamilies.server(), this::servers, Metrics::labels);
    meters.collect(
        "pgproxy_",
        SessionFamilies.frontend(),
        frontends::present,
        frontend -> Labels.of("proxy", frontend.config().name()));
    meters.collect("pgproxy_", OperationFamilies.backend(), () -> backends, Metrics::labels);
    meters.collect("pgproxy_", OperationFamilies.server(), this::servers, Metrics::labels);
    List.of("forwarded", "peer", "broadcast", FAILED).forEach(meters.cancels::of);
    List.of(OK, FAILED).forEach(meters.consoleLogins::of);
    List.of(APPLIED, REFUSED).forEach(meters.reloads::of);
    meters.collect(
        "pgproxy_config_", LastReload.families(), () -> List.of(lastReload), owner -> Labels.EMPTY);
    ProcessMeters.bindTo(meters.registry);
  }

  public SessionMetrics sessions() {
    return sessions;
  }

  public ScalerMetrics scaler() {
    return scaler;
  }

  /** A reload ended. */
  public void reloaded(boolean applied) {
    meters.reloads.of(applied ? APPLIED : REFUSED).increment();
    lastReload.ended(applied);
  }

  /**
   * From now on exposes nothing of frontends, backends and servers but these. To be called before
   * those that are new among them are registered.
   */
  public void retain(Set<String> frontendNames, List<Backend> kept) {
    Set<String> backendNames = kept.stream().map(Backend::name).collect(Collectors.toSet());
    Set<List<String>> serverNames =
        kept.stream()
            .flatMap(b -> b.servers().stream().map(s -> List.of(b.name(), s.name())))
            .collect(Collectors.toSet());
    frontends.retain(frontendNames);
    backends.retainAll(kept);
    meters.show(frontendNames, backendNames, serverNames);
  }

  /**
   * Again where the configuration changes.
   *
   * @param bound whether it listens
   */
  public void register(FrontendConfig config, FrontendTraffic traffic, BooleanSupplier bound) {
    frontends.register(config, traffic, bound);
    var _ = meters.sessionDuration.of(config.name());
  }

  /** Again where its servers change. */
  public void register(Backend backend) {
    if (!backends.contains(backend)) {
      backends.add(backend);
      backend.tellWakes(this::woken);
    }
    meters.expect(backend);
  }

  /** Once. */
  public void register(Demand demand) {
    meters.collect(
        "pgproxy_",
        DemandFamilies.everywhere(),
        () -> List.of(demand.everywhere(backends.stream().map(Backend::name).toList())),
        total -> Labels.EMPTY);
    meters.collect(
        "pgproxy_",
        DemandFamilies.demand(),
        () -> List.of(demand.snapshot()),
        snapshot -> Labels.EMPTY);
  }

  /** Once. */
  public void register(Resolver resolver) {
    meters.collect(
        "pgproxy_dns_", DnsFamilies.resolver(), () -> List.of(resolver), owner -> Labels.EMPTY);
    resolver.figures().time(nanos -> meters.lookups.of().record(nanos, TimeUnit.NANOSECONDS));
    var _ = meters.lookups.of();
  }

  /** Once; {@link #tick} is to be called every second from then on. */
  public void register(ProcessFacts facts) {
    ProcessOwner owner = new ProcessOwner(facts, rates, frontends);
    everySecond = owner::tick;
    meters.collect(
        "haproxy_process_", ProcessFamilies.haproxy(), () -> List.of(owner), p -> Labels.EMPTY);
    meters.collect("process_", ProcessFamilies.usual(), () -> List.of(owner), p -> Labels.EMPTY);
    meters.collect("pgproxy_", ProcessFamilies.own(), () -> List.of(owner), p -> Labels.EMPTY);
  }

  /** Takes note of what the process has done in the last second. */
  public void tick() {
    everySecond.run();
  }

  /**
   * Once.
   *
   * @param lines that the log could not take, since the start
   */
  public void registerDroppedLogLines(LongSupplier lines) {
    meters.collect("", ProcessFamilies.droppedLines(), () -> List.of(lines), owner -> Labels.EMPTY);
  }

  /**
   * Once.
   *
   * @param failed logins at the admin port, since the start
   */
  public void registerFailedLogins(LongSupplier failed) {
    meters.collect(
        "pgproxy_", OperationFamilies.failedLogins(), () -> List.of(failed), owner -> Labels.EMPTY);
  }

  /**
   * Once.
   *
   * @param limit bytes outside the heap that are shared out
   * @param share bytes of them that a session may hold now
   */
  public void registerBuffers(LongSupplier limit, LongSupplier share) {
    meters.collect(
        "pgproxy_", ProcessFamilies.buffers(limit), () -> List.of(share), owner -> Labels.EMPTY);
  }

  /**
   * Once.
   *
   * @param facts who has been let in now
   */
  public void registerAdmission(Supplier<AdmissionFacts> facts) {
    meters.collect(
        "pgproxy_", SessionFamilies.admission(), () -> List.of(facts.get()), owner -> Labels.EMPTY);
  }

  /**
   * Once.
   *
   * @param peers the other replicas, as they are now
   */
  public void registerPeers(Supplier<PeerFacts> peers) {
    meters.collect(
        "pgproxy_", PeerFamilies.peers(), () -> List.of(peers.get()), owner -> Labels.EMPTY);
  }

  /**
   * Once.
   *
   * @param tls that is there now
   */
  public void register(TlsTraffic traffic, Supplier<TlsEdge> tls) {
    meters.collect(
        "haproxy_process_", TlsFamilies.process(), () -> List.of(traffic), owner -> Labels.EMPTY);
    meters.collect(
        "pgproxy_tls_",
        TlsFamilies.certificates(),
        () -> TlsFamilies.distinct(tls.get().shown()),
        TlsFamilies::labels);
    meters.collect(
        "pgproxy_tls_", TlsFamilies.handshakes(), () -> List.of(tls.get()), owner -> Labels.EMPTY);
  }

  /** Whose handshakes are counted; again where the configuration changes. */
  public void register(TlsEdge tls) {
    tls.frontends().forEach(frontend -> meters.expectHandshakes(frontend, Side.FRONTEND));
    tls.backends().forEach(backend -> meters.expectHandshakes(backend, Side.BACKEND));
    if (tls.scaler() != null) {
      meters.expectHandshakes(Side.SCALER.label(), Side.SCALER);
    }
  }

  /** A TLS handshake ended. */
  public void handshake(Handshake handshake) {
    String proxy = handshake.proxy();
    String side = handshake.side().label();
    meters.handshakes.of(proxy, side, handshake.result().label(), handshake.version()).increment();
    if (handshake.result() != Result.FAILED) {
      meters.handshakeTime.of(proxy, side).record(handshake.nanos(), TimeUnit.NANOSECONDS);
    }
  }

  /** A start of a backend has come so far, so long after the first demand. */
  private void woken(String backend, WakeListener.Phase phase, long nanos) {
    switch (phase) {
      case FIRST_SESSION -> meters.wakes.of(backend, Outcome.SERVED.label()).increment();
      case ABANDONED -> {
        meters.wakes.of(backend, Outcome.ABANDONED.label()).increment();
        return;
      }
      case SERVER_UP, FIRST_ROW -> {}
    }
    meters.wake.of(backend, phase.label()).record(nanos, TimeUnit.NANOSECONDS);
  }

  /** Somebody logged in at the console, or tried in vain. */
  public void consoleLogin(boolean ok) {
    meters.consoleLogins.of(ok ? OK : FAILED).increment();
  }

  /** Everything, in Prometheus' text format 0.0.4. */
  public String scrape() {
    return scrape("").text();
  }

  /** Everything, in the format that the reader takes. */
  public Exposition scrape(String accept) {
    return Exposition.of(meters.registry, accept);
  }

  static Labels labels(Backend backend) {
    return Labels.of("proxy", backend.name());
  }

  private static Labels labels(BackendServer s) {
    return Labels.of("proxy", s.backend().name(), "server", s.server().name());
  }

  private List<BackendServer> servers() {
    return backends.stream()
        .flatMap(backend -> backend.servers().stream().map(s -> new BackendServer(backend, s)))
        .toList();
  }
}
