package org.pgdeeplake.proxy.stats;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;

/** Numbers as people read them, each with its unit. */
final class Units {
  private static final int THOUSAND = 1000;
  private static final int TEN = 10;
  private static final List<String> BYTES = List.of("B", "kB", "MB", "GB", "TB", "PB", "EB");
  private static final long MINUTE = 60;
  private static final long HOUR = 60 * MINUTE;
  private static final long DAY = 24 * HOUR;
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("HH:mm:ss 'UTC'", Locale.ROOT).withZone(ZoneOffset.UTC);
  private static final DateTimeFormatter DAY_AND_TIME =
      DateTimeFormatter.ofPattern("d MMM HH:mm:ss 'UTC'", Locale.ENGLISH).withZone(ZoneOffset.UTC);

  private Units() {}

  /** As {@code 1,234}. */
  static String count(long number) {
    return String.format(Locale.ENGLISH, "%,d", number);
  }

  /** As {@code 1 client}, {@code 2 clients}. */
  static String count(long number, String noun) {
    return count(number) + " " + noun + (number == 1 ? "" : "s");
  }

  /** As {@code 17 B}, {@code 1.2 MB}; a kB is 1000 bytes. */
  static String bytes(long bytes) {
    double value = bytes;
    int unit = 0;
    while (value >= THOUSAND && unit < BYTES.size() - 1) {
      value /= THOUSAND;
      unit++;
    }
    String number =
        unit == 0
            ? String.valueOf(bytes)
            : String.format(Locale.ROOT, value < TEN ? "%.1f" : "%.0f", value);
    return number + " " + BYTES.get(unit);
  }

  /** As {@code 3 ms}, {@code 4.2 s}, {@code 12 s}, {@code 3 min 20 s}, {@code 2 h 5 min}. */
  static String time(double seconds) {
    if (seconds < 1) {
      return Math.round(seconds * THOUSAND) + " ms";
    }
    return seconds < TEN ? String.format(Locale.ROOT, "%.1f s", seconds) : wholeTime(seconds);
  }

  /** To the second: as {@code 0 s}, {@code 3 min 20 s}, {@code 4 d 2 h}. */
  static String wholeTime(double seconds) {
    long whole = Math.max(0, (long) seconds);
    if (whole < MINUTE) {
      return whole + " s";
    }
    if (whole < HOUR) {
      return two(whole / MINUTE, "min", whole % MINUTE, "s");
    }
    return whole < DAY
        ? two(whole / HOUR, "h", whole % HOUR / MINUTE, "min")
        : two(whole / DAY, "d", whole % DAY / HOUR, "h");
  }

  static String wholeTime(Duration time) {
    return wholeTime((double) time.toSeconds());
  }

  private static String two(long first, String firstUnit, long second, String secondUnit) {
    return first + " " + firstUnit + (second == 0 ? "" : " " + second + " " + secondUnit);
  }

  static Html at(Instant moment) {
    return Html.of("<time datetime=\"{}\">{}</time>", moment, TIME.format(moment));
  }

  static Html dayAndTime(Instant moment) {
    return Html.of("<time datetime=\"{}\">{}</time>", moment, DAY_AND_TIME.format(moment));
  }
}
