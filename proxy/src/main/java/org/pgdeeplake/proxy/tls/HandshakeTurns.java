package org.pgdeeplake.proxy.tls;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/**
 * Handshakes with clients go in turn: so many at once are computed, the others wait, the first who
 * came first. Were thousands to begin together, they would all be late together. A turn is the
 * answer to a ClientHello, which is what costs; who then waits for its client holds up nobody. A
 * client that was asked for another ClientHello is in line again with that. Who leaves costs
 * nothing any more. Any thread.
 */
final class HandshakeTurns {
  /** No deadline. */
  static final long NEVER = Long.MAX_VALUE;

  private final Executor threads;
  private final int most;

  /** Guarded by this, as {@link #taken}. In the order of their arrival. */
  private final Set<Turn> line = new LinkedHashSet<>();

  private int taken;

  /** Who has asked for a turn; told once, on whatever thread, and without a lock. */
  interface Waiter {
    /** It may begin. */
    void due();

    /** It has waited for too long: there is no turn. */
    void late();
  }

  /**
   * @param threads on which what takes long is done
   * @param most turns at once; at least 1
   */
  HandshakeTurns(Executor threads, int most) {
    this.threads = threads;
    this.most = most;
  }

  /**
   * Gets in line. The turn is to be ended in every case, whether it was due or not.
   *
   * @param deadlineNanos as of {@link System#nanoTime}: not to be called any more then
   */
  Turn ask(long deadlineNanos, Waiter waiter) {
    Turn turn = new Turn(waiter, deadlineNanos);
    enter(turn);
    return turn;
  }

  private void enter(Turn turn) {
    synchronized (this) {
      if (taken == most) {
        line.add(turn);
        return;
      }
      taken++;
      turn.due = true;
    }
    turn.waiter.due();
  }

  /** Handshakes that wait for their turn. */
  synchronized int waiting() {
    return line.size();
  }

  /** One of the line may begin in place of one that has ended; those who are late leave it. */
  private void next() {
    List<Turn> late = new ArrayList<>();
    Turn next = null;
    synchronized (this) {
      long now = System.nanoTime();
      Iterator<Turn> first = line.iterator();
      while (next == null && first.hasNext()) {
        Turn turn = first.next();
        first.remove();
        if (turn.isLate(now)) {
          turn.over = true;
          late.add(turn);
        } else {
          turn.due = true;
          next = turn;
        }
      }
      if (next == null) {
        taken--;
      }
    }
    late.forEach(turn -> turn.waiter.late());
    if (next != null) {
      next.waiter.due();
    }
  }

  /**
   * One handshake's. As an executor it does what takes long; with the first task the turn ends, and
   * what is handed in before the client is answered gets another one.
   */
  final class Turn implements Executor {
    /** Guarded by the line's lock, as the others; another one at each time that it is in line. */
    private Waiter waiter;

    private long deadlineNanos;
    private boolean due;
    private boolean over;

    /** Whether no further turn is needed, as the client was answered or is gone. */
    private boolean settled;

    /** Whether a task was handed in; for the handshake's loop only. */
    private boolean used;

    private Turn(Waiter waiter, long deadlineNanos) {
      this.waiter = waiter;
      this.deadlineNanos = deadlineNanos;
    }

    private boolean isLate(long nowNanos) {
      return deadlineNanos != NEVER && nowNanos - deadlineNanos > 0;
    }

    @Override
    public void execute(Runnable task) {
      used = true;
      if (isOwed(task)) {
        enter(this);
      } else {
        compute(task);
      }
    }

    /** Whether that task is in line now: no deadline, as whoever began it ends it by a limit. */
    private boolean isOwed(Runnable task) {
      synchronized (HandshakeTurns.this) {
        if (!over || settled) {
          return false;
        }
        over = false;
        due = false;
        deadlineNanos = NEVER;
        waiter = new Task(task);
        return true;
      }
    }

    private void compute(Runnable task) {
      try {
        threads.execute(() -> {
          try {
            task.run();
          } finally {
            end();
          }
        });
      } catch (RejectedExecutionException e) {
        end();
        throw e;
      }
    }

    /** The ClientHello was looked at: where that has led to no task, the turn is over. */
    void begun() {
      if (!used) {
        end();
      }
    }

    /** The client is answered or gone: what comes now costs little, and takes no turn. */
    void settle() {
      synchronized (HandshakeTurns.this) {
        settled = true;
      }
    }

    /** Leaves the line, or makes place for the next. Idempotent. */
    void end() {
      synchronized (HandshakeTurns.this) {
        if (over) {
          return;
        }
        over = true;
        if (!due) {
          line.remove(this);
          return;
        }
      }
      next();
    }

    /** A task that waits for its turn. */
    private final class Task implements Waiter {
      private final Runnable task;

      private Task(Runnable task) {
        this.task = task;
      }

      @Override
      public void due() {
        try {
          compute(task);
        } catch (RejectedExecutionException _) {
          // The end of the process, and of this handshake by its limit.
        }
      }

      @Override
      public void late() {
        throw new IllegalStateException("it has no deadline");
      }
    }
  }
}
