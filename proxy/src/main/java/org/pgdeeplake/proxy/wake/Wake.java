package org.pgdeeplake.proxy.wake;

import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * One start of a backend that had no server up: from the demand to the first row. Phases follow one
 * another; those that have not come yet are null. Times are since {@code began}.
 *
 * @param began when somebody first wanted a server
 * @param serverUp a server came up; the last time that no other was up, before {@code firstSession}
 * @param firstSession the first who has waited for it was answered by a server
 * @param firstRow a server sent one of these the first bytes of its answer to its first statement,
 *     without the time that the client took to ask; null for ever where the bytes are opaque
 * @param waiters the most that waited at once, from its beginning to {@code firstSession}
 */
public record Wake(
    Instant began,
    Outcome outcome,
    @Nullable Duration serverUp,
    @Nullable Duration firstSession,
    @Nullable Duration firstRow,
    int waiters) {

  /** How it went. */
  public enum Outcome {
    /** It goes on: nobody was answered yet. */
    WAITING,
    /** A server has answered somebody who waited. */
    SERVED,
    /** Everybody who waited gave up before, and nobody came again for {@code demand.linger}. */
    ABANDONED;

    public String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }
}
