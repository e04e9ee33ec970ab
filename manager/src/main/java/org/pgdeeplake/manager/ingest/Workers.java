package org.pgdeeplake.manager.ingest;

import java.util.Iterator;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Threads that load chunk after chunk until there are no more or one fails. */
final class Workers {
  /** Loads one chunk on the calling thread's session. */
  interface Load {
    void load(DataSession session, Chunk chunk) throws Exception;
  }

  private final Iterator<Chunk> chunks;
  private final Connections connections;
  private final Load load;
  private final IngestStop stop;
  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

  /** One of them has failed. */
  private volatile boolean failed;

  /**
   * @param stop after it the chunks under way are given up
   */
  Workers(Iterator<Chunk> chunks, Connections connections, Load load, IngestStop stop) {
    this.chunks = chunks;
    this.connections = connections;
    this.load = load;
    this.stop = stop;
  }

  /**
   * Returns when all threads have ended.
   *
   * @throws CancellationException after a stop
   */
  void run(int count) throws Exception {
    CountDownLatch ended = new CountDownLatch(count);
    for (int i = 1; i <= count; i++) {
      Thread.ofPlatform()
          .name("ingest-" + i)
          .start(() -> {
            try {
              work();
            } finally {
              ended.countDown();
            }
          });
    }
    try {
      ended.await();
    } catch (InterruptedException e) {
      failed = true;
      throw e;
    }
    stop.check();
    switch (failure.get()) {
      case null -> {}
      case Exception e -> throw e;
      // Not as it is: nobody above takes an Error for the end of a command.
      case Throwable error ->
          throw new IllegalStateException("a thread that loads died: " + error, error);
    }
  }

  private boolean ended() {
    return failed || stop.requested();
  }

  private void work() {
    try (DataSession session = new DataSession(connections, this::ended)) {
      for (Chunk chunk = next(); chunk != null && !ended(); chunk = next()) {
        load.load(session, chunk);
      }
    } catch (CancellationException _) {
      // Said by run.
    } catch (Throwable e) {
      // Also an Error: what it has not loaded must not count as done.
      failure.compareAndSet(null, e);
      failed = true;
    }
  }

  private @Nullable Chunk next() {
    synchronized (chunks) {
      return chunks.hasNext() ? chunks.next() : null;
    }
  }
}
