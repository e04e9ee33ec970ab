package org.pgdeeplake.proxy.tls;

import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Does what takes long in handshakes, so that the sessions of a loop need not wait for it. A
 * handshake has one task at a time and a limit for all of its time; clients' go in turn, so what
 * waits here is few, and handshakes with servers soon get to it.
 */
final class HandshakeThreads implements Executor, AutoCloseable {
  private static final long IDLE_SECONDS = 30;

  /** So that no thread waits for the event loop that hands the next handshake to it. */
  private static final int TURNS_PER_THREAD = 4;

  private final AtomicInteger number = new AtomicInteger();
  private final ThreadPoolExecutor threads;
  private final HandshakeTurns turns;

  HandshakeThreads() {
    int most = Runtime.getRuntime().availableProcessors();
    threads =
        new ThreadPoolExecutor(
            most,
            most,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            task ->
                Thread.ofPlatform()
                    .name("tls-" + number.incrementAndGet())
                    .daemon()
                    .unstarted(task));
    threads.allowCoreThreadTimeOut(true);
    turns = new HandshakeTurns(threads, most * TURNS_PER_THREAD);
  }

  /** For handshakes that others begin, which may be any number. */
  HandshakeTurns turns() {
    return turns;
  }

  @Override
  public void execute(Runnable task) {
    threads.execute(task);
  }

  /** What was begun ends; handshakes that still need it fail. */
  @Override
  public void close() {
    threads.shutdown();
  }
}
