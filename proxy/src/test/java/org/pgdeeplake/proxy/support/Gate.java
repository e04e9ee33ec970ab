package org.pgdeeplake.proxy.support;

import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** Open at first; who comes while it is shut waits. */
final class Gate {
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition opened = lock.newCondition();
  private boolean open = true;

  void shut() {
    set(false);
  }

  void open() {
    set(true);
  }

  private void set(boolean now) {
    lock.lock();
    try {
      open = now;
      opened.signalAll();
    } finally {
      lock.unlock();
    }
  }

  void await() {
    lock.lock();
    try {
      while (!open) {
        opened.awaitUninterruptibly();
      }
    } finally {
      lock.unlock();
    }
  }
}
