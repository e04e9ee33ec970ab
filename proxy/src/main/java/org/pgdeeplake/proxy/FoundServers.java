package org.pgdeeplake.proxy;

import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.proxy.backend.Backend;
import org.pgdeeplake.proxy.backend.Server;
import org.pgdeeplake.proxy.config.NameLookup;
import org.pgdeeplake.proxy.operation.Topology;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What discovery finds is taken over on a thread of its own: no event loop waits for a reload that
 * is being applied, and no client for one that reads its files. Any thread.
 */
final class FoundServers implements Crew.Changes, AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(FoundServers.class);

  private final Object reloads;
  private final Consumer<Backend> changed;
  private final Supplier<@Nullable Topology> topology;
  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(
          task -> Thread.ofPlatform().name("discovery").daemon().unstarted(task));

  /**
   * @param reloads is locked while one is applied
   * @param changed gets a backend whose servers are others
   */
  FoundServers(Object reloads, Consumer<Backend> changed, Supplier<@Nullable Topology> topology) {
    this.reloads = reloads;
    this.changed = changed;
    this.topology = topology;
  }

  @Override
  public void soon(Runnable change) {
    try {
      thread.execute(() -> {
        try {
          synchronized (reloads) {
            change.run();
          }
        } catch (RuntimeException | Error e) {
          log.error("internal error where servers that were found are taken over", e);
        }
      });
    } catch (RejectedExecutionException _) {
      // The end of the process.
    }
  }

  @Override
  public void changed(Backend backend) {
    changed.accept(backend);
  }

  /** That name leads to somewhere else now. */
  void moved(String host, NameLookup lookup) {
    soon(() -> {
      Topology now = topology.get();
      if (now == null) {
        return;
      }
      for (Backend backend : now.backends()) {
        NameLookup its = backend.config().discovery().lookup();
        if (Objects.equals(its.nameserver(), lookup.nameserver())) {
          for (Server server : backend.servers()) {
            if (server.address().host().equals(host)) {
              backend.findings().moved(server);
            }
          }
        }
      }
    });
  }

  @Override
  public void close() {
    thread.shutdown();
  }
}
