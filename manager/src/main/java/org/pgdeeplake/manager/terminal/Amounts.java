package org.pgdeeplake.manager.terminal;

import java.util.Locale;

/** Numbers with units, for people. */
public final class Amounts {
  private static final String[] BYTES = {"B", "KiB", "MiB", "GiB", "TiB"};

  private Amounts() {}

  /** As {@code 1.5 MiB}. */
  public static String bytes(long bytes) {
    double amount = bytes;
    int unit = 0;
    while (amount >= 1024 && unit < BYTES.length - 1) {
      amount /= 1024;
      unit++;
    }
    return String.format(Locale.ROOT, unit == 0 ? "%.0f %s" : "%.1f %s", amount, BYTES[unit]);
  }

  /** As {@code 0.3s}, {@code 42s}, {@code 5m10s}, {@code 3h}, {@code 2d4h}. */
  public static String seconds(double seconds) {
    if (seconds < 10) {
      return String.format(Locale.ROOT, "%.1fs", seconds);
    }
    long whole = (long) seconds;
    if (whole < 60) {
      return whole + "s";
    }
    if (whole < 3600) {
      return two(whole / 60, "m", whole % 60, "s");
    }
    return whole < 86_400
        ? two(whole / 3600, "h", whole % 3600 / 60, "m")
        : two(whole / 86_400, "d", whole % 86_400 / 3600, "h");
  }

  private static String two(long many, String unit, long rest, String smaller) {
    return many + unit + (rest == 0 ? "" : rest + smaller);
  }

  /** As {@code 1 key}, {@code 2 keys}. */
  public static String count(long number, String noun) {
    return number + " " + noun + (number == 1 ? "" : "s");
  }

  /** What others have named, without what would move a terminal's cursor. */
  public static String printable(String text) {
    return text.replaceAll("\\p{Cntrl}", "?");
  }
}
