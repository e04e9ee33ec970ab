package org.pgdeeplake.proxy.tls;

import java.security.cert.X509Certificate;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.proxy.config.BackendConfig;
import org.pgdeeplake.proxy.config.BackendTls;
import org.pgdeeplake.proxy.config.FrontendConfig;
import org.pgdeeplake.proxy.config.FrontendTls;
import org.pgdeeplake.proxy.config.ProxyConfig;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** All of a proxy's TLS. Any thread. */
public final class TlsEdge implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(TlsEdge.class);

  private final TlsProvider provider;
  private final Map<String, TlsAcceptor> acceptors = new LinkedHashMap<>();
  private final Map<String, TlsConnector> connectors = new LinkedHashMap<>();

  private TlsEdge(TlsProvider provider) {
    this.provider = provider;
  }

  /** Loads every certificate that the configuration names. To be closed. */
  public static TlsEdge load(ProxyConfig config) throws TlsFileException {
    return load(config, TlsProvider.best());
  }

  /**
   * @throws TlsFileException with everything that is wrong; nothing is left behind then
   */
  public static TlsEdge load(ProxyConfig config, TlsProvider provider) throws TlsFileException {
    TlsEdge edge = new TlsEdge(provider);
    TlsProblems problems = new TlsProblems();
    for (FrontendConfig frontend : config.frontends()) {
      if (frontend.tls().mode() == FrontendTls.Mode.TERMINATE) {
        problems.collect(
            () -> edge.acceptors.put(frontend.name(), TlsAcceptor.load(frontend.tls(), provider)));
      }
    }
    for (BackendConfig backend : config.backends()) {
      if (backend.tls().mode() != BackendTls.Mode.OFF) {
        List<String> frontends =
            config.frontends().stream()
                .filter(frontend -> frontend.defaultBackend().equals(backend.name()))
                .map(FrontendConfig::name)
                .toList();
        problems.collect(() ->
            edge.connectors.put(
                backend.name(),
                TlsConnector.load(backend.tls(), () -> edge.shown(frontends), provider)));
      }
    }
    try {
      problems.throwIfAny();
    } catch (TlsFileException e) {
      edge.close();
      throw e;
    }
    return edge;
  }

  /** One line about what does the cryptography, where there is any. */
  public void logProvider() {
    if (!acceptors.isEmpty() || !connectors.isEmpty()) {
      log.info("TLS by {}", provider.describe());
    }
  }

  /** Null unless that frontend terminates TLS. */
  public @Nullable TlsAcceptor acceptor(String frontend) {
    return acceptors.get(frontend);
  }

  /** Null where that backend's servers are spoken to in plain text. */
  public @Nullable TlsConnector connector(String backend) {
    return connectors.get(backend);
  }

  private List<X509Certificate> shown(List<String> frontends) {
    return acceptors.entrySet().stream()
        .filter(entry -> frontends.contains(entry.getKey()))
        .flatMap(entry -> entry.getValue().certificates().stream())
        .toList();
  }

  @Override
  public void close() {
    acceptors.values().forEach(TlsAcceptor::close);
    connectors.values().forEach(TlsConnector::close);
  }
}
