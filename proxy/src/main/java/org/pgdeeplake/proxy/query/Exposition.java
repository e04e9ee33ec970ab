package org.pgdeeplake.proxy.query;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Metrics as Prometheus' text format 0.0.4 tells them; well-formed, since it is our own. */
public record Exposition(String text) {

  /** Every series of the metric of that name. */
  public List<Series> series(String name) {
    List<Series> found = new ArrayList<>();
    text.lines()
        .filter(line -> line.startsWith(name))
        .filter(
            line -> line.length() > name.length() && " {".indexOf(line.charAt(name.length())) >= 0)
        .forEach(line -> found.add(series(name, line)));
    return found;
  }

  private static Series series(String name, String line) {
    Map<String, String> labels = new TreeMap<>();
    int at = name.length();
    if (line.charAt(at) == '{') {
      at++;
      while (line.charAt(at) != '}') {
        int equals = line.indexOf('=', at);
        StringBuilder value = new StringBuilder();
        int end = unquoted(line, equals + 2, value);
        labels.put(line.substring(at, equals), value.toString());
        at = line.charAt(end) == ',' ? end + 1 : end;
      }
      at++;
    }
    return new Series(name, labels, number(line.substring(at).strip()));
  }

  /** Returns where the text goes on behind the quote. */
  private static int unquoted(String line, int from, StringBuilder value) {
    int at = from;
    while (line.charAt(at) != '"') {
      char c = line.charAt(at++);
      if (c == '\\') {
        char escaped = line.charAt(at++);
        c = escaped == 'n' ? '\n' : escaped;
      }
      value.append(c);
    }
    return at + 1;
  }

  private static double number(String text) {
    return switch (text) {
      case "+Inf" -> Double.POSITIVE_INFINITY;
      case "-Inf" -> Double.NEGATIVE_INFINITY;
      default -> Double.parseDouble(text);
    };
  }
}
