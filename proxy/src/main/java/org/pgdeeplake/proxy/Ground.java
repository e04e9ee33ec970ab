package org.pgdeeplake.proxy;

import io.netty.channel.EventLoopGroup;
import org.pgdeeplake.proxy.backend.ServerConnector;
import org.pgdeeplake.proxy.demand.Demand;
import org.pgdeeplake.proxy.discovery.Resolver;
import org.pgdeeplake.proxy.log.Logging;
import org.pgdeeplake.proxy.metrics.Metrics;
import org.pgdeeplake.proxy.net.Transport;
import org.pgdeeplake.proxy.session.Sessions;
import org.pgdeeplake.proxy.traffic.TlsTraffic;

/** What stays as it is whatever the configuration says. */
record Ground(
    Transport transport,
    EventLoopGroup loops,
    EventLoopGroup control,
    Resolver resolver,
    ServerConnector connector,
    Metrics metrics,
    TlsTraffic tlsTraffic,
    Demand demand,
    Sessions sessions,
    Logging logging) {}
