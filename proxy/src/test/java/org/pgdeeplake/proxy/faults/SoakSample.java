package org.pgdeeplake.proxy.faults;

import java.util.EnumMap;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * What was seen at one moment.
 *
 * @param seconds since the soak began
 * @param values those that were looked at
 */
record SoakSample(double seconds, Map<Quantity, Double> values) {
  SoakSample {
    values = Map.copyOf(values);
  }

  OptionalDouble value(Quantity quantity) {
    Double value = values.get(quantity);
    return value == null ? OptionalDouble.empty() : OptionalDouble.of(value);
  }

  /** The same with one more. */
  SoakSample with(Quantity quantity, double value) {
    Map<Quantity, Double> more = new EnumMap<>(Quantity.class);
    more.putAll(values);
    more.put(quantity, value);
    return new SoakSample(seconds, more);
  }
}
