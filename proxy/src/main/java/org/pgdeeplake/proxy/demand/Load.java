package org.pgdeeplake.proxy.demand;

import java.util.HashMap;
import java.util.Map;

/**
 * What sessions want of one backend, at one moment; of one proxy, or of several together.
 *
 * @param waiting sessions held because no server has taken them yet
 * @param lingering waiters that gave up, and operators that asked, less than {@code demand.linger}
 *     ago
 * @param busy of those counted: busy, in a transaction, or such that nobody can tell
 * @param counted sessions that have a server and count, by its name; servers with some only
 */
public record Load(int waiting, int lingering, int busy, Map<String, Integer> counted) {
  public static final Load NONE = new Load(0, 0, 0, Map.of());

  public Load {
    counted = Map.copyOf(counted);
  }

  /** Both together. */
  public Load plus(Load other) {
    Map<String, Integer> sum = new HashMap<>(counted);
    other.counted.forEach((server, sessions) -> sum.merge(server, sessions, Integer::sum));
    return new Load(waiting + other.waiting, lingering + other.lingering, busy + other.busy, sum);
  }

  /** All that wants an instance; 0 means that all may sleep. */
  public int demand() {
    int wanted = waiting + counted.values().stream().mapToInt(Integer::intValue).sum();
    // However many gave up, they keep one start going: whoever still wants one is waiting.
    return wanted > 0 || lingering == 0 ? wanted : 1;
  }
}
