package org.pgdeeplake.manager.idle;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How long without demand before instances stop, at least 1 ms; written as {@code 5m}. */
public record IdleTime(Duration duration) {
  private static final Pattern FORM = Pattern.compile("(\\d{1,9})(ms|s|m|h)");

  public IdleTime {
    if (duration.toMillis() <= 0) {
      throw new IllegalArgumentException("must be longer than 0");
    }
  }

  /**
   * @throws IllegalArgumentException with what would be right
   */
  public static IdleTime parse(String text) {
    Matcher matcher = FORM.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "'" + text + "' is no duration: write it as 30s, 5m or 1h");
    }
    long amount = Long.parseLong(matcher.group(1));
    return new IdleTime(
        switch (matcher.group(2)) {
          case "ms" -> Duration.ofMillis(amount);
          case "s" -> Duration.ofSeconds(amount);
          case "m" -> Duration.ofMinutes(amount);
          default -> Duration.ofHours(amount);
        });
  }

  /** In the largest unit that is exact; HOCON reads the same form. */
  @Override
  public String toString() {
    long millis = duration.toMillis();
    if (millis % 1000 != 0) {
      return millis + "ms";
    }
    long seconds = millis / 1000;
    if (seconds % 3600 == 0) {
      return seconds / 3600 + "h";
    }
    return seconds % 60 == 0 ? seconds / 60 + "m" : seconds + "s";
  }
}
