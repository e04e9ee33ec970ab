package org.pgdeeplake.proxy.tls;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.proxy.config.BackendConfig;
import org.pgdeeplake.proxy.config.FrontendConfig;
import org.pgdeeplake.proxy.config.FrontendTls;
import org.pgdeeplake.proxy.config.ProxyConfig;
import org.pgdeeplake.proxy.traffic.TlsTraffic;
import org.pgdeeplake.proxy.traffic.TlsTraffic.Side;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** All of a proxy's TLS. Any thread. */
public final class TlsEdge implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(TlsEdge.class);

  /** What certificates of the scaler are shown as. */
  static final String SCALER = "scaler";

  private final TlsProvider provider;
  private final List<Loaded<?>> loaded = new ArrayList<>();
  private final CertificateWatch watch = new CertificateWatch(loaded, this::contradictions);
  private final HandshakeThreads threads;
  private final List<SharedCertificate> shared = new ArrayList<>();
  private final Map<String, TlsAcceptor> acceptors = new LinkedHashMap<>();
  private final Map<String, TlsConnector> connectors = new LinkedHashMap<>();

  private @Nullable TlsAcceptor scaler;
  private @Nullable FrontendTls scalerSettings;

  /** Frontends and how they were loaded, wherever that is written. */
  private final Map<String, FrontendTls> settings = new HashMap<>();

  /** Acceptors that are another edge's until this one succeeds it. */
  private final Set<TlsAcceptor> borrowed = new HashSet<>();

  /** Acceptors that another edge goes on with. */
  private Set<TlsAcceptor> lent = Set.of();

  private TlsEdge(TlsProvider provider, HandshakeThreads threads) {
    this.provider = provider;
    this.threads = threads;
  }

  /** Loads every certificate that the configuration names. To be closed. */
  public static TlsEdge load(ProxyConfig config, TlsTraffic traffic) throws TlsFileException {
    return load(config, TlsProvider.of(config), traffic);
  }

  /**
   * The edge of another configuration: every file is read again. Where a frontend's files and
   * settings have not changed it goes on with what it has, session tickets included. To be closed,
   * or to {@link #succeed} this one.
   *
   * @throws TlsFileException with everything that is wrong; nothing is left behind then
   */
  public TlsEdge next(ProxyConfig config, TlsTraffic traffic) throws TlsFileException {
    return load(config, TlsProvider.of(config), traffic, threads, this);
  }

  /**
   * @throws TlsFileException with everything that is wrong; nothing is left behind then
   */
  static TlsEdge load(ProxyConfig config, TlsProvider provider, TlsTraffic traffic)
      throws TlsFileException {
    HandshakeThreads threads = new HandshakeThreads();
    try {
      return load(config, provider, traffic, threads, null);
    } catch (TlsFileException | RuntimeException | Error e) {
      threads.close();
      throw e;
    }
  }

  private static TlsEdge load(
      ProxyConfig config,
      TlsProvider provider,
      TlsTraffic traffic,
      HandshakeThreads threads,
      @Nullable TlsEdge before)
      throws TlsFileException {
    TlsEdge edge = new TlsEdge(provider, threads);
    try {
      edge.fill(config, traffic, before);
    } catch (TlsFileException | RuntimeException | Error e) {
      edge.release();
      throw e;
    }
    return edge;
  }

  private void fill(ProxyConfig config, TlsTraffic traffic, @Nullable TlsEdge before)
      throws TlsFileException {
    TlsProblems problems = new TlsProblems();
    for (FrontendConfig frontend : config.frontends()) {
      if (frontend.tls().terminates()) {
        problems.collect(() -> {
          if (before == null || !borrow(frontend, before)) {
            add(frontend, traffic);
          }
        });
      }
    }
    for (BackendConfig backend : config.backends()) {
      if (backend.tls().on()) {
        List<FrontendConfig> frontends =
            config.frontends().stream()
                .filter(frontend -> frontend.defaultBackend().equals(backend.name()))
                .filter(frontend -> frontend.tls().terminates())
                .toList();
        problems.collect(() -> add(backend, frontends, traffic));
      }
    }
    FrontendTls own = config.scaler() == null ? null : config.scaler().tls();
    if (own != null) {
      problems.collect(() -> addScaler(own, traffic, before));
    }
    problems.throwIfAny();
    List<String> contradictions = contradictions();
    if (!contradictions.isEmpty()) {
      throw new TlsFileException(contradictions);
    }
  }

  private boolean borrow(FrontendConfig config, TlsEdge owner) {
    TlsAcceptor acceptor = owner.acceptors.get(config.name());
    if (acceptor == null
        || !config.tls().anywhere().equals(owner.settings.get(config.name()))
        || !acceptor.contexts().unchanged()) {
      return false;
    }
    borrowed.add(acceptor);
    put(config, acceptor);
    return true;
  }

  private void addScaler(FrontendTls config, TlsTraffic traffic, @Nullable TlsEdge before)
      throws TlsFileException {
    TlsAcceptor known = before == null ? null : before.scaler;
    TlsAcceptor acceptor;
    if (known != null
        && before != null
        && config.anywhere().equals(before.scalerSettings)
        && known.contexts().unchanged()) {
      acceptor = known;
      borrowed.add(known);
    } else {
      acceptor = TlsAcceptor.ofScaler(config, provider, traffic, threads.turns());
    }
    scaler = acceptor;
    scalerSettings = config.anywhere();
    loaded.add(acceptor.contexts());
  }

  private void put(FrontendConfig config, TlsAcceptor acceptor) {
    settings.put(config.name(), config.tls().anywhere());
    acceptors.put(config.name(), acceptor);
    loaded.add(acceptor.contexts());
  }

  private void add(FrontendConfig config, TlsTraffic traffic) throws TlsFileException {
    TlsAcceptor acceptor =
        TlsAcceptor.load(config.name(), config.tls(), provider, traffic, threads.turns());
    put(config, acceptor);
  }

  private void add(BackendConfig config, List<FrontendConfig> frontends, TlsTraffic traffic)
      throws TlsFileException {
    SharedCertificate own = new SharedCertificate(config.name(), frontends, this::acceptor);
    TlsConnector connector =
        TlsConnector.load(
            config.name(), config.tls(), own::certificates, provider, traffic, threads);
    connectors.put(config.name(), connector);
    loaded.add(connector.context());
    if (config.tls().sharedCertificate()) {
      shared.add(own);
    }
  }

  /** Says what was loaded, and from now on reads it again when it changes. Once. */
  public void start() {
    if (!loaded.isEmpty()) {
      log.info("TLS by {}", provider.describe());
      watch.start(loaded);
    }
  }

  /**
   * Takes the place of {@code before}, which made this one, and says what is new. What only the
   * other one has goes on without being watched until it is released.
   */
  public void succeed(TlsEdge before) {
    before.watch.close();
    before.lent = Set.copyOf(borrowed);
    borrowed.clear();
    List<Loaded<?>> known = before.lent.stream().<Loaded<?>>map(TlsAcceptor::contexts).toList();
    watch.start(loaded.stream().filter(one -> !known.contains(one)).toList());
  }

  /** Null unless that frontend terminates TLS. */
  public @Nullable TlsAcceptor acceptor(String frontend) {
    return acceptors.get(frontend);
  }

  /** Null where the scaler is off or speaks plain text. */
  public @Nullable TlsAcceptor scaler() {
    return scaler;
  }

  /** Null where that backend's servers are spoken to in plain text. */
  public @Nullable TlsConnector connector(String backend) {
    return connectors.get(backend);
  }

  /** Those that terminate TLS. */
  public Set<String> frontends() {
    return Collections.unmodifiableSet(acceptors.keySet());
  }

  /** Those with TLS to their servers. */
  public Set<String> backends() {
    return Collections.unmodifiableSet(connectors.keySet());
  }

  /** Handshakes of clients that wait for their turn. */
  public int handshakesWaiting() {
    return threads.turns().waiting();
  }

  /** Every certificate that is shown now, each once. */
  public List<ShownCertificate> shown() {
    List<ShownCertificate> shown = new ArrayList<>();
    acceptors.forEach((name, acceptor) ->
        acceptor
            .certificates()
            .forEach(
                certificate -> shown.add(new ShownCertificate(name, Side.FRONTEND, certificate))));
    connectors.forEach((name, connector) ->
        connector
            .certificates()
            .forEach(
                certificate -> shown.add(new ShownCertificate(name, Side.BACKEND, certificate))));
    TlsAcceptor own = scaler;
    if (own != null) {
      own.certificates()
          .forEach(
              certificate -> shown.add(new ShownCertificate(SCALER, Side.SCALER, certificate)));
    }
    return shown.stream().distinct().toList();
  }

  /** Certificates that {@code next} shows in place of those of now; a line each. */
  public List<String> replacedBy(TlsEdge next) {
    return ShownCertificate.replacements(shown(), next.shown());
  }

  /** Frontends with different certificates, where servers have only one to share. */
  private List<String> contradictions() {
    return shared.stream().flatMap(one -> one.contradictions().stream()).toList();
  }

  /** What is wrong with the certificates but works, or ends soon; a line each. */
  public List<String> warnings() {
    List<String> warnings = new ArrayList<>();
    for (Loaded<?> one : loaded) {
      warnings.addAll(one.get().warnings());
      Expiry.of(one, Instant.now()).forEach(expiry -> warnings.add(expiry.text()));
    }
    return warnings;
  }

  /**
   * No more handshakes and no more watching, but for what another edge has or goes on with;
   * sessions live on.
   */
  public void release() {
    watch.close();
    Stream.concat(acceptors.values().stream(), Stream.ofNullable(scaler))
        .filter(acceptor -> !borrowed.contains(acceptor) && !lent.contains(acceptor))
        .forEach(TlsAcceptor::close);
    connectors.values().forEach(TlsConnector::close);
  }

  /** The same, and for every edge that came before this one. */
  @Override
  public void close() {
    release();
    threads.close();
  }
}
