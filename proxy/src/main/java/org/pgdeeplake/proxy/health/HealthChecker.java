package org.pgdeeplake.proxy.health;

import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.pgdeeplake.proxy.backend.Backend;
import org.pgdeeplake.proxy.backend.Destination;
import org.pgdeeplake.proxy.backend.ProxyHeader;
import org.pgdeeplake.proxy.backend.Server;
import org.pgdeeplake.proxy.backend.ServerConnector;
import org.pgdeeplake.proxy.config.CheckConfig;

/** Checks every server of one backend for as long as it lives. */
public final class HealthChecker implements AutoCloseable {
  private final Backend backend;
  private final EventLoopGroup loops;
  private final ServerConnector connector;
  private final Map<Server, Checked> checks = new ConcurrentHashMap<>();

  /** How a server is checked. */
  private record Manner(CheckConfig config, Destination destination) {}

  private record Checked(Manner manner, ServerCheck check) {}

  public HealthChecker(Backend backend, EventLoopGroup loops, ServerConnector connector) {
    this.backend = backend;
    this.loops = loops;
    this.connector = connector;
    backend.probes().with(this::soon);
  }

  public Backend backend() {
    return backend;
  }

  /**
   * Checks the servers that the backend has now, as it says now; the first check of those that are
   * new, or to be checked in another way, follows at once. Not by several threads at once.
   */
  public void start() {
    Set<Server> servers = Set.copyOf(backend.servers());
    checks.forEach((server, checked) -> {
      if (!servers.contains(server)) {
        checks.remove(server);
        checked.check().close();
      }
    });
    for (Server server : backend.servers()) {
      Manner manner =
          new Manner(backend.config().check(), server.destination(true, new ProxyHeader.Local()));
      Checked before = checks.get(server);
      if (before == null || !before.manner().equals(manner)) {
        ServerCheck check = check(server, manner);
        checks.put(server, new Checked(manner, check));
        if (before != null) {
          before.check().close();
        }
        check.soon();
      }
    }
  }

  private ServerCheck check(Server server, Manner manner) {
    EventLoop loop = loops.next();
    CheckConnection connection =
        new CheckConnection(manner.config(), manner.destination(), loop, connector);
    return new ServerCheck(backend, server, connection, loop);
  }

  private void soon(Server server) {
    Checked checked = checks.get(server);
    // A server that the configuration no longer has takes nobody, whatever a check would say.
    if (checked != null) {
      checked.check().soon();
    }
  }

  @Override
  public void close() {
    checks.values().forEach(checked -> checked.check().close());
  }
}
