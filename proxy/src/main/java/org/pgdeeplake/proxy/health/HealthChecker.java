package org.pgdeeplake.proxy.health;

import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import java.util.HashMap;
import java.util.Map;
import org.pgdeeplake.proxy.backend.Backend;
import org.pgdeeplake.proxy.backend.ProxyHeader;
import org.pgdeeplake.proxy.backend.Server;
import org.pgdeeplake.proxy.backend.ServerConnector;

/** Checks every server of one backend for as long as it lives. */
public final class HealthChecker implements AutoCloseable {
  private final Map<Server, ServerCheck> checks = new HashMap<>();

  public HealthChecker(Backend backend, EventLoopGroup loops, ServerConnector connector) {
    for (Server server : backend.servers()) {
      EventLoop loop = loops.next();
      CheckConnection connection =
          new CheckConnection(
              backend.config().check(),
              server.destination(true, new ProxyHeader.Local()),
              loop,
              connector);
      checks.put(server, new ServerCheck(backend, server, connection, loop));
    }
    backend.probeWith(server -> check(server).soon());
  }

  /** The first check of every server follows at once. */
  public void start() {
    checks.values().forEach(ServerCheck::soon);
  }

  private ServerCheck check(Server server) {
    ServerCheck check = checks.get(server);
    if (check == null) {
      throw new IllegalStateException("no check for server " + server.name());
    }
    return check;
  }

  @Override
  public void close() {
    checks.values().forEach(ServerCheck::close);
  }
}
