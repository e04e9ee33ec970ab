package org.pgdeeplake.benchmarks.measure;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/**
 * The order of things: in each round every peer once, in an order of its own, so that what drifts
 * on the machine hits all of them alike.
 */
public final class Rounds {
  private final int count;
  private final Random random;

  /**
   * @param seed the same seed gives the same orders
   */
  public Rounds(int count, long seed) {
    this.count = count;
    this.random = new Random(seed);
  }

  public int count() {
    return count;
  }

  /** One list for each round. */
  public <T> List<List<T>> orders(List<T> peers) {
    List<List<T>> orders = new ArrayList<>();
    for (int round = 0; round < count; round++) {
      List<T> order = new ArrayList<>(peers);
      Collections.shuffle(order, random);
      orders.add(List.copyOf(order));
    }
    return orders;
  }
}
