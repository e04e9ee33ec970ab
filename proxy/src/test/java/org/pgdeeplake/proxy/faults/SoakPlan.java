package org.pgdeeplake.proxy.faults;

import java.time.Duration;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;

/**
 * What a soak is to be.
 *
 * @param guests how many clients come at once, every other one with TLS
 * @param environment of the proxy process, beside what it inherits
 */
record SoakPlan(long seed, Duration length, int guests, Map<String, String> environment) {
  private static final Duration SHORTEST = Duration.ofMillis(500);
  private static final Duration LONGEST = Duration.ofSeconds(10);
  private static final int SAMPLES = 60;

  /** A fault, with the whole sessions after it, takes longer than this. */
  private static final Duration A_FAULT = Duration.ofMillis(100);

  /** One full collection to so many samples. */
  static final int COLLECTS_EVERY = 6;

  /** Time between two samples: 10 s, and less in a run of less than ten minutes. */
  Duration every() {
    Duration part = length.dividedBy(SAMPLES);
    if (part.compareTo(SHORTEST) < 0) {
      return SHORTEST;
    }
    return part.compareTo(LONGEST) > 0 ? LONGEST : part;
  }

  /** More faults than there is time for: the same seed begins every length with the same ones. */
  Story story() {
    return Story.of(seed, Math.toIntExact(length.dividedBy(A_FAULT)) + 1, kinds());
  }

  /** All that leave the process as it is, which is the one that is looked at. */
  static Set<Kind> kinds() {
    Set<Kind> kinds = EnumSet.copyOf(FaultCommand.possible());
    kinds.removeIf(kind -> kind.hears() == Kind.Hears.EVERYBODY);
    return kinds;
  }
}
