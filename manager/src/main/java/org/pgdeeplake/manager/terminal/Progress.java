package org.pgdeeplake.manager.terminal;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Tells on standard error what is being waited for, once it takes longer than a second: on a
 * terminal in one line that is written over, elsewhere in a line each 10 s. Any thread.
 */
public final class Progress implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(1);
  private static final Duration ON_TERMINAL = Duration.ofMillis(250);
  private static final Duration ELSEWHERE = Duration.ofSeconds(10);
  private static final String CLEAR_LINE = "\r\033[K";

  private final PrintWriter err;
  private final boolean terminal;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition closing = lock.newCondition();
  private final Thread thread;
  private final long began = System.nanoTime();
  private String step = "";
  private long lastLineNanos = System.nanoTime() - ELSEWHERE.toNanos();
  private boolean lineOpen;
  private boolean closed;

  public Progress(PrintWriter err, boolean terminal) {
    this.err = err;
    this.terminal = terminal;
    this.thread = Thread.ofVirtual().name("progress").start(this::tell);
  }

  /** What is being done from now on, such as {@code waiting for pg-deeplake-3}. */
  public void step(String what) {
    lock.lock();
    try {
      step = what;
    } finally {
      lock.unlock();
    }
  }

  /** A line that stays, such as a step that is done. */
  public void line(String text) {
    lock.lock();
    try {
      clear();
      err.println(text);
      err.flush();
    } finally {
      lock.unlock();
    }
  }

  private void tell() {
    lock.lock();
    try {
      long next = began + PATIENCE.toNanos();
      while (!closed) {
        long left = next - System.nanoTime();
        if (left > 0) {
          var _ = closing.await(left, TimeUnit.NANOSECONDS);
        } else {
          show();
          next = System.nanoTime() + ON_TERMINAL.toNanos();
        }
      }
      clear();
      err.flush();
    } catch (InterruptedException _) {
      // close()
    } finally {
      lock.unlock();
    }
  }

  private void show() {
    if (step.isEmpty()) {
      return;
    }
    long now = System.nanoTime();
    String text = "%s (%d s)".formatted(step, Duration.ofNanos(now - began).toSeconds());
    if (terminal) {
      err.print(CLEAR_LINE + text);
      lineOpen = true;
    } else if (now - lastLineNanos >= ELSEWHERE.toNanos()) {
      err.println(text);
      lastLineNanos = now;
    }
    err.flush();
  }

  private void clear() {
    if (lineOpen) {
      err.print(CLEAR_LINE);
      lineOpen = false;
    }
  }

  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      closing.signalAll();
    } finally {
      lock.unlock();
    }
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException _) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
