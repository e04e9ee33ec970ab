package org.pgdeeplake.proxy.support;

import java.time.Duration;
import java.util.Locale;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** How long something is to go on, as on a command line: whole seconds, minutes or hours. */
public final class TimeSpan implements ITypeConverter<Duration> {
  private static final Pattern TEXT = Pattern.compile("[1-9]\\d{0,4}[smh]");

  @Override
  public Duration convert(String value) {
    if (!TEXT.matcher(value).matches()) {
      throw new TypeConversionException(
          "'" + value + "' is no time: a whole number and s, m or h, as 20s, 5m, 1h");
    }
    return Duration.parse("PT" + value.toUpperCase(Locale.ROOT));
  }
}
