package org.pgdeeplake.proxy.faults;

import java.time.Duration;
import java.util.Locale;

/**
 * A line that says where a soak is: on a terminal one that is written over, elsewhere a new one
 * with each full collection.
 */
final class SoakProgress {
  private static final String CLEAR = "\r\033[K";

  private final Duration length;
  private final boolean terminal;

  SoakProgress(Duration length, boolean terminal) {
    this.length = length;
    this.terminal = terminal;
  }

  void tell(SoakSample sample) {
    if (terminal) {
      System.out.print(CLEAR + line(sample));
      System.out.flush();
    } else if (sample.value(Quantity.HEAP_AFTER_GC).isPresent()) {
      System.out.println(line(sample));
    }
  }

  private String line(SoakSample sample) {
    long at = (long) sample.seconds();
    return String.format(
        Locale.ROOT,
        "%d:%02d of %d min  faults %,.0f  sessions %,.0f  churn %,.0f (%,.0f/s, %.0f %% idle)"
            + "  heap %.0f MiB  direct %.0f MiB  rss %.0f MiB  threads %.0f  fds %.0f",
        at / 60,
        at % 60,
        length.toMinutes(),
        shown(sample, Quantity.FAULTS),
        shown(sample, Quantity.VISITS),
        shown(sample, Quantity.CHURNED),
        shown(sample, Quantity.CHURN_RATE),
        shown(sample, Quantity.IDLE),
        shown(sample, Quantity.HEAP),
        shown(sample, Quantity.DIRECT),
        shown(sample, Quantity.RSS),
        shown(sample, Quantity.THREADS),
        shown(sample, Quantity.FDS));
  }

  private static double shown(SoakSample sample, Quantity quantity) {
    return quantity.shown(sample.value(quantity).orElse(0));
  }
}
