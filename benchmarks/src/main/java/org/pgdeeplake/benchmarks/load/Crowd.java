package org.pgdeeplake.benchmarks.load;

import java.util.ArrayList;
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

  /** From their connection on: whoever still waits for a server has to leave, too. */
  private final Set<CrowdMember> connected = ConcurrentHashMap.newKeySet();

  private final Set<CrowdMember> open = ConcurrentHashMap.newKeySet();
  private final Queue<Done> done = new ConcurrentLinkedQueue<>();
  private final AtomicInteger refused = new AtomicInteger();
  private final AtomicInteger errors = new AtomicInteger();
  private volatile boolean closed;
  private int begun;

  /** What a member was to do, and when it was done: its session was open, or it had its answer. */
  private record Done(long began, long ended) {
    long took() {
      return ended - began;
    }
  }

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

  /** Waits until each who was begun is done, refused or lost; who is none of these is undone. */
  Answer settle(double seconds) throws InterruptedException {
    awaitDone(begun, seconds);
    List<Done> now = List.copyOf(done);
    return ends(now).tellWhen(counts(now).with("undone", begun - now.size()));
  }

  /** All who are open ask at once. */
  Answer burst(double seconds) throws InterruptedException {
    done.clear();
    int before = refused.get() + errors.get();
    List<CrowdMember> asking = new ArrayList<>(open);
    asking.forEach(CrowdMember::ask);
    awaitDone(before + asking.size(), seconds);
    List<Done> now = List.copyOf(done);
    Answer answer =
        counts(now)
            .with("asked", asking.size())
            .with("sending", Times.of(now.stream().mapToLong(Done::began)).span());
    return Times.of(now.stream().mapToLong(Done::took)).tellHowLong(answer);
  }

  /** What is so now: members that were lost while nobody asked show here. */
  Answer counts() {
    return counts(List.copyOf(done));
  }

  private Answer counts(List<Done> now) {
    return new Answer()
        .with("begun", begun)
        .with("open", open.size())
        .with("done", now.size())
        .with("refused", refused.get())
        .with("errors", errors.get());
  }

  private static Times ends(List<Done> now) {
    return Times.of(now.stream().mapToLong(Done::ended));
  }

  /** All leave, and so does whoever comes in later. */
  void close() {
    closed = true;
    connected.forEach(CrowdMember::end);
  }

  private void awaitDone(int all, double seconds) throws InterruptedException {
    long limit = System.nanoTime() + (long) (seconds * 1e9);
    while (done.size() + refused.get() + errors.get() < all && System.nanoTime() < limit) {
      TimeUnit.MILLISECONDS.sleep(5);
    }
  }

  void connected(CrowdMember member) {
    connected.add(member);
    if (closed) {
      member.end();
    }
    if (!untilReady) {
      opening.release();
    }
  }

  void opened(CrowdMember member, long began) {
    open.add(member);
    if (untilReady) {
      opening.release();
    }
    if (askAtOnce) {
      member.ask();
    } else {
      done.add(new Done(began, System.nanoTime()));
    }
  }

  void answered(long asked) {
    done.add(new Done(asked, System.nanoTime()));
  }

  void lost(CrowdMember member, boolean wasRefused, String reason) {
    connected.remove(member);
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
