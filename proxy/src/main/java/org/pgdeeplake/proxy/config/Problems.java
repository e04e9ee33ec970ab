package org.pgdeeplake.proxy.config;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Everything that is wrong with one configuration, in the order of the file. */
final class Problems {
  private record Problem(Place place, String text) {}

  private final List<Problem> found = new ArrayList<>();

  /**
   * @param path of the key that is wrong; empty for the file itself
   * @param text what is wrong and what would be right
   */
  void add(Place place, String path, String text) {
    found.add(new Problem(place, path.isEmpty() ? text : path + ": " + text));
  }

  /** A default that several sections inherit is one problem, not several. */
  void throwIfAny() throws ConfigException {
    if (!found.isEmpty()) {
      throw new ConfigException(
          found.stream()
              .sorted(Comparator.comparing(Problem::place))
              .map(problem -> problem.place() + ": " + problem.text())
              .distinct()
              .toList());
    }
  }
}
