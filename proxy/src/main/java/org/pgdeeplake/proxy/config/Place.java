package org.pgdeeplake.proxy.config;

import java.util.Comparator;

/**
 * Where something is written.
 *
 * @param file as the user gave it, or what stands for it (an environment variable)
 * @param line from 1; 0 if there is none
 */
record Place(String file, int line) implements Comparable<Place> {
  static final String REFERENCE = "reference.conf";

  private static final Comparator<Place> ORDER =
      Comparator.comparing(Place::file).thenComparingInt(Place::line);

  /** Whether nobody but us wrote it. */
  boolean isReference() {
    return file.equals(REFERENCE);
  }

  @Override
  public int compareTo(Place other) {
    return ORDER.compare(this, other);
  }

  @Override
  public String toString() {
    return line > 0 ? file + ":" + line : file;
  }
}
