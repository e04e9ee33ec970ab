package org.pgdeeplake.benchmarks.load;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.StringJoiner;
import org.pgdeeplake.benchmarks.BenchFailed;

/** What a process of the load answers: numbers by name, as {@code name=value name=value}. */
public final class Answer {
  private final Map<String, Double> values = new LinkedHashMap<>();

  Answer with(String name, double value) {
    values.put(name, value);
    return this;
  }

  Answer with(String name, long value) {
    return with(name, (double) value);
  }

  static Answer parse(String line) {
    Answer answer = new Answer();
    for (String word : line.split(" ", -1)) {
      int equals = word.indexOf('=');
      if (equals > 0) {
        answer.with(word.substring(0, equals), Double.parseDouble(word.substring(equals + 1)));
      }
    }
    return answer;
  }

  public double number(String name) throws BenchFailed {
    Double value = values.get(name);
    if (value == null) {
      throw new BenchFailed("the load did not say its " + name + ": " + this);
    }
    return value;
  }

  public long count(String name) throws BenchFailed {
    return (long) number(name);
  }

  @Override
  public String toString() {
    StringJoiner text = new StringJoiner(" ");
    values.forEach((name, value) -> text.add(name + "=" + value));
    return text.toString();
  }
}
