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
  private final AtomicReference<@Nullable Exception> failure = new AtomicReference<>();
  private volatile boolean stopped;

  Workers(Iterator<Chunk> chunks, Connections connections, Load load) {
    this.chunks = chunks;
    this.connections = connections;
    this.load = load;
  }

  /** Any thread; the chunks under way are given up. */
  void stop() {
    stopped = true;
  }

  /**
   * Returns when all threads have ended.
   *
   * @throws CancellationException after {@link #stop}
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
      stop();
      throw e;
    }
    Exception failed = failure.get();
    if (failed != null) {
      throw failed;
    }
    if (stopped) {
      throw new CancellationException("The ingest was stopped");
    }
  }

  private void work() {
    try (DataSession session = new DataSession(connections, () -> stopped)) {
      for (Chunk chunk = next(); chunk != null && !stopped; chunk = next()) {
        load.load(session, chunk);
      }
    } catch (CancellationException _) {
      // Said by run.
    } catch (Exception e) {
      failure.compareAndSet(null, e);
      stop();
    }
  }

  private @Nullable Chunk next() {
    synchronized (chunks) {
      return chunks.hasNext() ? chunks.next() : null;
    }
  }
}
