package org.pgdeeplake.manager.sql;

/**
 * Where in a text, as an editor counts: from 1, in characters.
 *
 * @param column code points, not UTF-16 units
 */
record Place(int line, int column) {
  static Place of(String text, int offset) {
    int line = 1;
    int lineStart = 0;
    for (int i = 0; i < offset; i++) {
      char c = text.charAt(i);
      if (c == '\n' || (c == '\r' && !text.startsWith("\n", i + 1))) {
        line++;
        lineStart = i + 1;
      }
    }
    return new Place(line, text.codePointCount(lineStart, offset) + 1);
  }

  @Override
  public String toString() {
    return "line " + line + ", column " + column;
  }
}
