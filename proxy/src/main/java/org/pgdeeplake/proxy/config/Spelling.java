package org.pgdeeplake.proxy.config;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/** Finds the word that somebody meant. */
public final class Spelling {
  private Spelling() {}

  /** A question to put behind a message, or nothing if no candidate is near. */
  public static String didYouMean(String word, Collection<String> candidates) {
    return nearest(word, candidates).map(near -> "; did you mean " + near + "?").orElse("");
  }

  /** At most one edit for three letters, so that a suggestion is more likely right than wrong. */
  public static Optional<String> nearest(String word, Collection<String> candidates) {
    // A longer word is no misspelling of ours, and the table below grows with its square.
    if (word.length() > 64) {
      return Optional.empty();
    }
    String lower = word.toLowerCase(Locale.ROOT);
    return candidates.stream()
        .filter(near -> distance(lower, near.toLowerCase(Locale.ROOT)) <= limit(word))
        .min(Comparator.comparingInt(near -> distance(lower, near.toLowerCase(Locale.ROOT))));
  }

  private static int limit(String word) {
    return Math.max(1, word.length() / 3);
  }

  /** Insertions, deletions, replacements and swaps of neighbours. */
  static int distance(String from, String to) {
    int[][] d = new int[from.length() + 1][to.length() + 1];
    for (int i = 0; i <= from.length(); i++) {
      d[i][0] = i;
    }
    for (int j = 0; j <= to.length(); j++) {
      d[0][j] = j;
    }
    for (int i = 1; i <= from.length(); i++) {
      for (int j = 1; j <= to.length(); j++) {
        int replaced = from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1;
        d[i][j] = Math.min(Math.min(d[i - 1][j], d[i][j - 1]) + 1, d[i - 1][j - 1] + replaced);
        if (i > 1
            && j > 1
            && from.charAt(i - 1) == to.charAt(j - 2)
            && from.charAt(i - 2) == to.charAt(j - 1)) {
          d[i][j] = Math.min(d[i][j], d[i - 2][j - 2] + 1);
        }
      }
    }
    return d[from.length()][to.length()];
  }
}
