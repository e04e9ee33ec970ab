package org.pgdeeplake.proxy.session;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Bytes on the heap that clients have sent ahead of their servers' first word, of all sessions.
 * What each may send is limited, but ten thousand of them would fill the heap. Any thread.
 */
final class HeldMemory {
  /** The rest is for the sessions themselves, answers to operators, and what is garbage by now. */
  private static final int PART_OF_HEAP = 4;

  private final AtomicLong bytes = new AtomicLong();
  private final long limit;

  /**
   * @param limit from how many bytes on nobody may have more
   */
  HeldMemory(long limit) {
    this.limit = limit;
  }

  static HeldMemory ofHeap() {
    return new HeldMemory(Runtime.getRuntime().maxMemory() / PART_OF_HEAP);
  }

  void add(int more) {
    bytes.addAndGet(more);
  }

  long bytes() {
    return bytes.get();
  }

  long limit() {
    return limit;
  }

  boolean exhausted() {
    return bytes.get() >= limit;
  }
}
