package org.pgdeeplake.manager.cache;

/** SCAN's pattern for the keys with a prefix, whatever characters it has. */
final class KeyPattern {
  private KeyPattern() {}

  static String of(String prefix) {
    if (prefix.isEmpty()) {
      throw new IllegalArgumentException("an empty prefix would be every key");
    }
    return prefix.replaceAll("[*?\\[\\]\\\\]", "\\\\$0") + "*";
  }
}
