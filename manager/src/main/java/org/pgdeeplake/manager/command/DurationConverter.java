package org.pgdeeplake.manager.command;

import java.time.Duration;
import org.pgdeeplake.manager.idle.IdleTime;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A time above 0, written as {@code 30s}. */
final class DurationConverter implements ITypeConverter<Duration> {
  @Override
  public Duration convert(String value) {
    try {
      return IdleTime.parse(value).duration();
    } catch (IllegalArgumentException e) {
      throw new TypeConversionException(e.getMessage());
    }
  }
}
