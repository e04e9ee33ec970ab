package org.pgdeeplake.proxy.query;

import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * One value at one moment, of a metric or of an expression.
 *
 * @param name of the metric; empty where it is a sum
 */
public record Series(String name, SortedMap<String, String> labels, double value) {
  public Series(String name, Map<String, String> labels, double value) {
    this(name, new TreeMap<>(labels), value);
  }

  Series unnamed(double other) {
    return new Series("", labels, other);
  }
}
