package org.pgdeeplake.proxy.it.matrix;

import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.pgdeeplake.proxy.it.matrix.Cell.ServerState;
import org.pgdeeplake.proxy.support.TestPostgres;
import org.pgdeeplake.proxy.support.TestProxy;
import org.pgdeeplake.proxy.support.TestTls;

/** A server and a proxy before it, for the cells that differ in nothing but client and state. */
final class Stand implements AutoCloseable {
  static final Duration QUEUE = Duration.ofSeconds(2);
  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final String PASSWORD = "secret";

  private final TestTls tls;
  private final TestPostgres postgres;
  private final TestProxy proxy;

  private Stand(ProxyMode mode, boolean serverTls, Duration queue, TestTls tls) {
    this.tls = tls;
    this.postgres = TestPostgres.create().scram(PASSWORD);
    if (serverTls) {
      postgres.tls(tls.certificate());
    }
    this.proxy =
        TestProxy.to(postgres)
            .frontend(mode.frontend(tls))
            .backend(mode.backend(serverTls, tls))
            .backend(
                "timeouts.queue = " + queue.toMillis() + "ms",
                "check { inter = 100ms, fastinter = 50ms }")
            .start();
  }

  /**
   * Runs every client.
   *
   * @param states either NONE, or any of the others
   */
  static Map<Cell, Seen> run(
      ProxyMode mode, boolean serverTls, List<ServerState> states, TestTls tls) {
    Map<Cell, Seen> seen = new LinkedHashMap<>();
    Duration queue = states.contains(ServerState.NONE) ? QUEUE : LIMIT;
    try (Stand stand = new Stand(mode, serverTls, queue, tls)) {
      for (ServerState state : states) {
        for (Client client : Client.all()) {
          Cell cell = new Cell(client, mode, serverTls, state);
          try {
            seen.put(cell, stand.run(cell));
          } catch (RuntimeException | AssertionError e) {
            throw new AssertionError(cell + ": " + e.getMessage(), e);
          }
        }
      }
    }
    return seen;
  }

  private Seen run(Cell cell) {
    prepare(cell.state() == ServerState.UP);
    long queuedBefore = proxy.backend().traffic().sessionsTotal();
    long start = System.nanoTime();
    CompletableFuture<Outcome> outcome =
        CompletableFuture.supplyAsync(
            () -> cell.client().connect(proxy.port(), tls, PASSWORD),
            task -> Thread.ofVirtual().start(task));
    if (cell.state() == ServerState.STARTING) {
      await().atMost(LIMIT).until(() -> outcome.isDone() || proxy.backend().queued() > 0);
      if (!outcome.isDone()) {
        postgres.launch();
      }
    }
    Outcome got = outcome.orTimeout(LIMIT.toSeconds(), TimeUnit.SECONDS).join();
    Duration took = Duration.ofNanos(System.nanoTime() - start);
    proxy.awaitNoSession();
    return new Seen(got, proxy.backend().traffic().sessionsTotal() - queuedBefore, took);
  }

  private void prepare(boolean up) {
    if (up) {
      if (!postgres.running()) {
        postgres.start();
      }
      proxy.awaitUp(1);
    } else {
      if (postgres.running()) {
        postgres.stop();
      }
      proxy.awaitUp(0);
    }
  }

  @Override
  public void close() {
    proxy.close();
    postgres.close();
  }
}
