package org.pgdeeplake.proxy.stats;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/** The last five minutes of queue and sessions, a sample each second. Any thread. */
public final class History {
  /** Samples, and seconds. */
  static final int LENGTH = 300;

  /**
   * @param waiting sessions that wait for a server
   * @param sessions that have one
   */
  public record Sample(int waiting, int sessions) {}

  private final Deque<Sample> samples = new ArrayDeque<>(LENGTH);

  /** To be called each second. */
  public synchronized void add(Sample sample) {
    if (samples.size() == LENGTH) {
      samples.removeFirst();
    }
    samples.addLast(sample);
  }

  /** The newest last. */
  synchronized List<Sample> samples() {
    return List.copyOf(samples);
  }
}
