package org.pgdeeplake.proxy.faults;

import java.time.Duration;

/**
 * One of a story.
 *
 * @param number from 1 up
 * @param server index, 0 or 1; of no meaning where no server, or each, is hit
 * @param hold how long it lasts
 * @param detail 0 to 2,047: sessions or bytes, as the kind has it
 */
record Fault(int number, Kind kind, int server, Duration hold, int detail) {
  /** Waits for no fact: how long a fault lasts is a part of the story. */
  void last() throws InterruptedException {
    Thread.sleep(hold);
  }

  /** From 1 up to a limit. */
  int upTo(int limit) {
    return 1 + detail % limit;
  }

  @Override
  public String toString() {
    return "%d %s server=%d hold=%dms detail=%d"
        .formatted(number, kind, server + 1, hold.toMillis(), detail);
  }
}
