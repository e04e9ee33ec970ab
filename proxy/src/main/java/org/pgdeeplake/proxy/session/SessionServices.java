package org.pgdeeplake.proxy.session;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.proxy.backend.Backend;
import org.pgdeeplake.proxy.backend.CancelKeys;
import org.pgdeeplake.proxy.backend.ServerConnector;
import org.pgdeeplake.proxy.config.FrontendConfig;
import org.pgdeeplake.proxy.demand.Demand;
import org.pgdeeplake.proxy.metrics.SessionMetrics;
import org.pgdeeplake.proxy.net.BufferMemory;
import org.pgdeeplake.proxy.tls.TlsAcceptor;
import org.pgdeeplake.proxy.traffic.FrontendTraffic;

/**
 * What the sessions of one frontend work with.
 *
 * @param backend where its sessions go
 * @param backends all backends: where a cancel request with an unknown key may belong
 * @param tls null unless the frontend's mode is TERMINATE
 * @param memory for what the slower ends have not taken yet
 */
public record SessionServices(
    FrontendConfig frontend,
    FrontendTraffic traffic,
    Backend backend,
    List<Backend> backends,
    CancelKeys cancelKeys,
    Demand demand,
    SessionMetrics metrics,
    ServerConnector connector,
    Sessions sessions,
    @Nullable TlsAcceptor tls,
    BufferMemory memory) {

  /** Tells the metrics everything that sessions can come to. */
  public void announce() {
    metrics.announce(
        frontend.name(),
        Arrays.stream(CloseReason.values()).map(CloseReason::label).toList(),
        Refusals.sqlStates().entrySet().stream()
            .collect(Collectors.toMap(entry -> entry.getKey().label(), Map.Entry::getValue)));
  }
}
