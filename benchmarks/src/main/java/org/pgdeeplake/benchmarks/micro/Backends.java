package org.pgdeeplake.benchmarks.micro;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.proxy.backend.Backend;
import org.pgdeeplake.proxy.backend.CheckResult;
import org.pgdeeplake.proxy.backend.Lease;
import org.pgdeeplake.proxy.backend.Server;
import org.pgdeeplake.proxy.backend.Ticket;
import org.pgdeeplake.proxy.backend.Waiter;
import org.pgdeeplake.proxy.config.ConfigException;
import org.pgdeeplake.proxy.config.ConfigReader;
import org.pgdeeplake.proxy.config.ProxyConfig;

/** A backend of the proxy without sockets, all of whose servers are up. */
final class Backends {
  private static final CheckResult GOOD = new CheckResult(CheckResult.Status.L7OK, "", 0);
  final Backend backend;

  Backends(int servers) {
    this(servers, 0);
  }

  /**
   * @param maxConnections of each server; 0: as many as come
   */
  Backends(int servers, int maxConnections) {
    backend = new Backend(config(servers, maxConnections).backends().getFirst());
    for (Server server : backend.servers()) {
      backend.findings().checked(server, GOOD, server.era());
    }
  }

  private static ProxyConfig config(int servers, int maxConnections) {
    String list =
        IntStream.rangeClosed(1, servers)
            .mapToObj(i ->
                "{ name = s%d, address = \"127.0.0.1:%d\", max-connections = %d }"
                    .formatted(i, i, maxConnections))
            .collect(Collectors.joining("\n"));
    try {
      Path file = Files.createTempFile("micro", ".conf");
      try {
        Files.writeString(
            file,
            """
            proxy {
              frontends.f { bind = "127.0.0.1:0", default-backend = b, tls.mode = off }
              backends.b { queue.limit = 100000, queue.release-concurrency = 100000, servers = [%s] }
            }
            """
                .formatted(list));
        return ConfigReader.read(file);
      } finally {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (ConfigException e) {
      throw new IllegalStateException(e.getMessage(), e);
    }
  }

  Session session() {
    return new Session();
  }

  /** A slot that is held for ever. */
  Lease lease() {
    Session session = session();
    session.enter();
    return session.slot();
  }

  /** Stands for a session's place in the backend. */
  final class Session implements Waiter {
    private final Ticket ticket = backend.ticket(this, InetAddress.getLoopbackAddress(), true);
    private @Nullable Lease lease;

    void enter() {
      var _ = backend.enter(ticket);
    }

    void leave() {
      backend.leave(ticket);
    }

    boolean assigned() {
      return lease != null;
    }

    Lease slot() {
      Lease held = lease;
      if (held == null) {
        throw new IllegalStateException("no server has been assigned");
      }
      return held;
    }

    void end() {
      slot().close();
      lease = null;
    }

    @Override
    public void assigned(Lease slot) {
      lease = slot;
      slot.answered();
    }

    @Override
    public void serverDown(Lease slot) {
      slot.close();
    }
  }
}
