package org.pgdeeplake.benchmarks.load;

import java.util.Arrays;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Sessions that are opened and kept, until they are all closed. */
final class Held implements ClientSession.Owner {
  private final int count;
  private final boolean untilReady;
  private final Semaphore opening;
  private final Queue<ClientSession> open = new ConcurrentLinkedQueue<>();
  private final Queue<Long> readyAt = new ConcurrentLinkedQueue<>();
  private final AtomicInteger failed = new AtomicInteger();
  private volatile String reason = "";

  /**
   * @param width connections that are being opened at once
   * @param untilReady until its session is open one is being opened; else until it is accepted
   */
  private Held(int count, int width, boolean untilReady) {
    this.count = count;
    this.untilReady = untilReady;
    this.opening = new Semaphore(width);
  }

  /** Begins them all; they are open when they are. */
  static Held begin(Connector connector, int count, int width, boolean untilReady)
      throws InterruptedException {
    Held held = new Held(count, width, untilReady);
    for (int i = 0; i < count; i++) {
      if (!held.opening.tryAcquire(60, TimeUnit.SECONDS)) {
        throw new IllegalStateException("stuck after " + held.readyAt.size());
      }
      connector.connect(held);
    }
    return held;
  }

  /** Waits until each is open or has failed, at most so long. */
  Answer await(double seconds) throws InterruptedException {
    long limit = System.nanoTime() + (long) (seconds * 1e9);
    while (readyAt.size() + failed.get() < count && System.nanoTime() < limit) {
      TimeUnit.MILLISECONDS.sleep(5);
    }
    if (failed.get() > 0) {
      System.err.println(failed.get() + " sessions failed, one of them: " + reason);
    }
    long[] times = readyAt.stream().mapToLong(Long::longValue).toArray();
    Arrays.sort(times);
    Answer answer =
        new Answer().with("open", times.length).with("failed", count - times.length);
    if (times.length > 0) {
      answer
          .with("first", times[0])
          .with("median", times[times.length / 2])
          .with("last", times[times.length - 1]);
    }
    return answer;
  }

  void close() {
    open.forEach(ClientSession::end);
    open.clear();
  }

  @Override
  public void connected(ClientSession session) {
    open.add(session);
    if (!untilReady) {
      opening.release();
    }
  }

  @Override
  public void ready(ClientSession session) {
    readyAt.add(System.nanoTime());
    if (untilReady) {
      opening.release();
    }
  }

  @Override
  public void lost(ClientSession session, String why) {
    reason = why;
    failed.incrementAndGet();
    // One permit too many is harmless, one too few is not.
    opening.release();
  }
}
