package org.pgdeeplake.manager.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import org.junit.jupiter.api.Test;

/** What COPY reads is the value that was written, whatever is in it. */
class CopyRowTest {
  private final CopyRow row = new CopyRow().start();

  private String copied() {
    byte[] out = new byte[row.copyLength()];
    return new String(out, 0, row.copyTo(out, 0), StandardCharsets.UTF_8);
  }

  private String text() {
    return new String(row.text(), 0, row.length(), StandardCharsets.UTF_8);
  }

  @Test
  void escapesWhatHasAMeaning() {
    row.varying("a\tb\\c\nd\re|f, g").varying("\\N").varying("").varying("é");
    assertThat(copied()).isEqualTo("a\\tb\\\\c\\nd\\re|f, g\t\\\\N\t\té\n");
    assertThat(text()).isEqualTo("a\tb\\c\nd\re|f, g\t\\N\t\té");
  }

  @Test
  void nullIsNoText() {
    row.varying(null).integer(7).fixed(null).varying("x");
    assertThat(copied()).isEqualTo("\\N\t7\t\\N\tx\n");
    // As concat_ws does.
    assertThat(text()).isEqualTo("7\tx");
  }

  @Test
  void decimalsHaveTwoPlaces() {
    row.hundredths(0).hundredths(5).hundredths(-5).hundredths(-12345).hundredths(90100);
    assertThat(copied()).isEqualTo("0.00\t0.05\t-0.05\t-123.45\t901.00\n");
    assertThat(row.number(3)).isEqualTo(-12345);
  }

  @Test
  void datesAreIso() {
    row.date((int) LocalDate.of(1992, 1, 1).toEpochDay())
        .date((int) LocalDate.of(1996, 2, 29).toEpochDay())
        .date((int) LocalDate.of(1998, 12, 31).toEpochDay());
    assertThat(copied()).isEqualTo("1992-01-01\t1996-02-29\t1998-12-31\n");
  }

  @Test
  void paddingIsNoPartOfAFixedValueButOfAVaryingOne() {
    row.fixed("RAIL  ").fixed("  ").varying("a ");
    assertThat(copied()).isEqualTo("RAIL\t\ta \n");
  }
}
