package org.pgdeeplake.proxy.config;

/**
 * Where something is written.
 *
 * @param file as the user gave it, or what stands for it (an environment variable)
 * @param line from 1; 0 if there is none
 */
record Place(String file, int line) implements Comparable<Place> {
  static final String REFERENCE = "reference.conf";

  /** Whether nobody but us wrote it. */
  boolean isReference() {
    return file.equals(REFERENCE);
  }

  @Override
  public int compareTo(Place other) {
    // Not by Comparator.comparing, here and in what else a start runs: its lambdas can be
    // serialized,
    // and so no AOT cache keeps them.
    int files = file.compareTo(other.file);
    return files != 0 ? files : Integer.compare(line, other.line);
  }

  @Override
  public String toString() {
    return line > 0 ? file + ":" + line : file;
  }
}
