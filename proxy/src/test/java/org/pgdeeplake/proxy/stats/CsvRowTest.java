package org.pgdeeplake.proxy.stats;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

// Rule: whatever a cell says, a row is one line and its cells stay apart.
class CsvRowTest {
  private static String text(String said) {
    StringBuilder out = new StringBuilder();
    new CsvRow("b", "s1", 1, 1, 2).put("last_chk", said).write(out);
    return out.toString();
  }

  @Test
  void whatAServerSaysBreaksNoLine() {
    String row = text("no\r\nb,BACKEND\u001b[31m\u0085\u2028x");
    assertThat(row).contains(",\"no  b,BACKEND [31m  x\",").endsWith(",\n");
    assertThat(row.strip().chars()).noneMatch(Character::isISOControl);
  }

  @Test
  void quotesAreDoubled() {
    assertThat(text("role \"x\" is not there")).contains(",\"role \"\"x\"\" is not there\",");
  }
}
