package org.pgdeeplake.benchmarks.load;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Sessions that stay, each with a question of its own. Commands come one at a time; what happens to
 * members comes from their loops.
 */
final class Crowd {
  /** Of an answer; so many that it takes more than one read in what is slow. */
  private static final int ROWS = 20;

  private static final int REASONS_TOLD = 10;

  private final Connector connector;
  private final boolean untilReady;
  private final boolean askAtOnce;
  private final Semaphore opening;
  private final Set<CrowdMember> open = ConcurrentHashMap.newKeySet();
  private final Queue<Long> doneAt = new ConcurrentLinkedQueue<>();
  private final Queue<Long> nanos = new ConcurrentLinkedQueue<>();
  private final Queue<Long> askedAt = new ConcurrentLinkedQueue<>();
  private final AtomicInteger refused = new AtomicInteger();
  private final AtomicInteger errors = new AtomicInteger();
  private int begun;

  /**
   * @param width members that are on their way at once
   * @param untilReady until its session is open a member is on its way; else until it is accepted
   * @param askAtOnce whether each asks as soon as it is open, and is done when it is answered
   */
  Crowd(Connector connector, int width, boolean untilReady, boolean askAtOnce) {
    this.connector = connector;
    this.untilReady = untilReady;
    this.askAtOnce = askAtOnce;
    this.opening = new Semaphore(width);
  }

  /** Begins so many more; they are done later. */
  Answer gather(int count) throws InterruptedException {
    for (int i = 0; i < count; i++) {
      if (!opening.tryAcquire(60, TimeUnit.SECONDS)) {
        throw new IllegalStateException("stuck: nobody has come in for 60 s, " + counts());
      }
      begun++;
      connector.connect(new CrowdMember(this, new Question("session-" + begun, ROWS)));
    }
    return counts();
  }

  /** Waits until each who was begun is done, refused or lost. */
  Answer settle(double seconds) throws InterruptedException {
    awaitDone(begun, seconds);
    return times(counts());
  }

  /** All who are open ask at once. */
  Answer burst(double seconds) throws InterruptedException {
    doneAt.clear();
    nanos.clear();
    askedAt.clear();
    int before = refused.get() + errors.get();
    List<CrowdMember> asking = new ArrayList<>(open);
    asking.forEach(CrowdMember::ask);
    awaitDone(before + asking.size(), seconds);
    long[] asked = sorted(askedAt);
    long[] took = sorted(nanos);
    Answer answer = times(counts()).with("asked", asking.size());
    if (took.length > 0) {
      answer
          .with("sending", asked[asked.length - 1] - asked[0])
          .with("p50", took[took.length / 2])
          .with("p99", took[(int) (took.length * 0.99)])
          .with("slowest", took[took.length - 1])
          .with("all", sorted(doneAt)[took.length - 1] - asked[0]);
    }
    return answer;
  }

  /** What is so now: members that were lost while nobody asked show here. */
  Answer counts() {
    return new Answer()
        .with("begun", begun)
        .with("open", open.size())
        .with("done", doneAt.size())
        .with("refused", refused.get())
        .with("errors", errors.get());
  }

  void close() {
    open.forEach(CrowdMember::end);
    open.clear();
  }

  private void awaitDone(int all, double seconds) throws InterruptedException {
    long limit = System.nanoTime() + (long) (seconds * 1e9);
    while (doneAt.size() + refused.get() + errors.get() < all && System.nanoTime() < limit) {
      TimeUnit.MILLISECONDS.sleep(5);
    }
  }

  private Answer times(Answer answer) {
    long[] at = sorted(doneAt);
    return at.length == 0
        ? answer
        : answer
            .with("first", at[0])
            .with("median", at[at.length / 2])
            .with("last", at[at.length - 1]);
  }

  private static long[] sorted(Queue<Long> values) {
    long[] all = values.stream().mapToLong(Long::longValue).toArray();
    Arrays.sort(all);
    return all;
  }

  void connected() {
    if (!untilReady) {
      opening.release();
    }
  }

  void opened(CrowdMember member) {
    open.add(member);
    if (untilReady) {
      opening.release();
    }
    if (askAtOnce) {
      member.ask();
    } else {
      doneAt.add(System.nanoTime());
    }
  }

  void answered(CrowdMember member, long asked) {
    long now = System.nanoTime();
    nanos.add(now - asked);
    askedAt.add(asked);
    doneAt.add(now);
  }

  void lost(CrowdMember member, boolean wasRefused, String reason) {
    open.remove(member);
    if (wasRefused) {
      refused.incrementAndGet();
    } else if (errors.incrementAndGet() <= REASONS_TOLD) {
      System.err.println(reason);
    }
    // One permit too many is harmless, one too few is not.
    opening.release();
  }
}
