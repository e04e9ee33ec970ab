package org.pgdeeplake.benchmarks.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a reader must know to believe the figures: machine, versions, settings, load. Facts by name,
 * in the order in which they were told; names with a dot are of a group.
 */
public final class Environment {
  private final Map<String, String> facts = new LinkedHashMap<>();

  public Environment put(String name, String value) {
    facts.put(name, value.replace('\n', ' ').strip());
    return this;
  }

  public String get(String name) {
    return facts.getOrDefault(name, "");
  }

  /** Of those named {@code group.NAME}: the names. */
  public List<String> group(String group) {
    return facts.keySet().stream()
        .filter(name -> name.startsWith(group + "."))
        .map(name -> name.substring(group.length() + 1))
        .toList();
  }

  /** Those that are of no group. */
  public List<String> names() {
    return facts.keySet().stream().filter(name -> !name.contains(".")).toList();
  }

  List<String> lines() {
    List<String> lines = new ArrayList<>();
    facts.forEach((name, value) -> lines.add(name + "\t" + value));
    return lines;
  }

  static Environment parse(List<String> lines) {
    Environment environment = new Environment();
    for (String line : lines) {
      int tab = line.indexOf('\t');
      if (tab > 0) {
        environment.put(line.substring(0, tab), line.substring(tab + 1));
      }
    }
    return environment;
  }
}
