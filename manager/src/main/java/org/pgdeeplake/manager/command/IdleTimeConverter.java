package org.pgdeeplake.manager.command;

import org.pgdeeplake.manager.idle.IdleTime;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

final class IdleTimeConverter implements ITypeConverter<IdleTime> {
  @Override
  public IdleTime convert(String value) {
    try {
      return IdleTime.parse(value);
    } catch (IllegalArgumentException e) {
      throw new TypeConversionException(e.getMessage());
    }
  }
}
