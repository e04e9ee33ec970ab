package org.pgdeeplake.proxy.postgres;

import java.text.Normalizer;

/**
 * A password as both sides of SCRAM must write it (RFC 4013), with PostgreSQL's exceptions: plain
 * ASCII stays as it is, and so does what is prohibited (src/common/saslprep.c).
 */
final class SaslPrep {
  private SaslPrep() {}

  static String prepare(String password) {
    if (password.codePoints().allMatch(c -> c < 0x80)) {
      return password;
    }
    StringBuilder mapped = new StringBuilder();
    password
        .codePoints()
        .filter(c -> !mapsToNothing(c))
        .map(c -> Character.getType(c) == Character.SPACE_SEPARATOR ? ' ' : c)
        .forEach(mapped::appendCodePoint);
    String normal = Normalizer.normalize(mapped, Normalizer.Form.NFKC);
    boolean usable = !normal.isEmpty() && normal.codePoints().noneMatch(SaslPrep::prohibited);
    return usable ? normal : password;
  }

  /** RFC 3454, table B.1. */
  private static boolean mapsToNothing(int c) {
    return c == 0xAD
        || c == 0x34F
        || c == 0x1806
        || (c >= 0x180B && c <= 0x180D)
        || (c >= 0x200B && c <= 0x200D)
        || c == 0x2060
        || (c >= 0xFE00 && c <= 0xFE0F)
        || c == 0xFEFF;
  }

  private static boolean prohibited(int c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.PRIVATE_USE,
          Character.SURROGATE,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.UNASSIGNED ->
          true;
      default -> false;
    };
  }
}
