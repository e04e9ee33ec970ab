package org.pgdeeplake.proxy.faults;

import java.util.Locale;
import java.util.OptionalDouble;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A soak's samples as CSV: one line each, memory in bytes, nothing where nothing was seen. */
final class SoakTable {
  private SoakTable() {}

  static String head() {
    return Stream.of(Quantity.values())
        .map(quantity -> quantity.name().toLowerCase(Locale.ROOT))
        .collect(Collectors.joining(",", "seconds,", "\n"));
  }

  static String line(SoakSample sample) {
    return Stream.of(Quantity.values())
        .map(quantity -> text(sample.value(quantity)))
        .collect(Collectors.joining(",", text(OptionalDouble.of(sample.seconds())) + ",", "\n"));
  }

  private static String text(OptionalDouble value) {
    if (value.isEmpty()) {
      return "";
    }
    double number = value.getAsDouble();
    return number == Math.rint(number)
        ? String.valueOf((long) number)
        : String.format(Locale.ROOT, "%.2f", number);
  }
}
