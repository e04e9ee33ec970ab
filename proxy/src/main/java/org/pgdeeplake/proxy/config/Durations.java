package org.pgdeeplake.proxy.config;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads durations. A unit is demanded: HOCON's own rule makes 120 a tenth of a second. */
final class Durations {
  static final String KIND = "a duration, such as 100ms, 120s, 5m, 1h or 1d";

  private static final Duration MAX = Duration.ofDays(365);
  private static final Pattern FORM = Pattern.compile("(-?[0-9]{1,12})\\s*([A-Za-z]*)");
  private static final Map<String, ChronoUnit> UNITS =
      Map.of(
          "ms", ChronoUnit.MILLIS,
          "s", ChronoUnit.SECONDS,
          "m", ChronoUnit.MINUTES,
          "h", ChronoUnit.HOURS,
          "d", ChronoUnit.DAYS);

  private Durations() {}

  /** As it would be written in a file. */
  static String text(Duration duration) {
    long millis = duration.toMillis();
    for (ChronoUnit unit : List.of(ChronoUnit.HOURS, ChronoUnit.MINUTES, ChronoUnit.SECONDS)) {
      long length = unit.getDuration().toMillis();
      if (millis % length == 0 && millis > 0) {
        return millis / length + unit.name().substring(0, 1).toLowerCase(Locale.ROOT);
      }
    }
    return millis == 0 ? "0s" : millis + "ms";
  }

  static Duration parse(String text, Duration min) throws BadValue {
    String shown = Value.quoted(text);
    Matcher form = FORM.matcher(text);
    if (!form.matches()) {
      throw new BadValue(shown + " is not " + KIND);
    }
    if (form.group(2).isEmpty()) {
      throw new BadValue(shown + " has no unit; write " + form.group(1) + "s for seconds");
    }
    ChronoUnit unit = UNITS.get(form.group(2));
    if (unit == null) {
      throw new BadValue(shown + " is not " + KIND);
    }
    Duration duration = Duration.of(Long.parseLong(form.group(1)), unit);
    if (duration.compareTo(min) < 0) {
      throw new BadValue(shown + " is too short; write at least " + min.toMillis() + "ms");
    }
    if (duration.compareTo(MAX) > 0) {
      throw new BadValue(shown + " is too long; write at most " + MAX.toDays() + "d");
    }
    return duration;
  }
}
