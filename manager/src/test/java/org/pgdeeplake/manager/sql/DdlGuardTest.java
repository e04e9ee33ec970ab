// One statement of DDL passes, whatever it has in literals and comments; nothing else does.
package org.pgdeeplake.manager.sql;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class DdlGuardTest {
  static Stream<GuardTable.Row> rows() {
    return GuardTable.rows();
  }

  @ParameterizedTest
  @MethodSource("rows")
  void judges(GuardTable.Row row) {
    switch (DdlGuard.check(row.sql())) {
      case Verdict.Allowed(StatementFacts statement) -> {
        assertThat(row.words()).as("words of a refusal").isEmpty();
        assertThat(statement.command()).isEqualTo(row.command());
      }
      case Verdict.Refused(String reason) -> {
        assertThat(row.words()).as("refused: " + reason).isNotEmpty();
        assertThat(reason).contains(row.words()).doesNotContain("\n");
      }
    }
  }

  @Test
  void theTableIsLong() {
    assertThat(GuardTable.rows()).hasSizeGreaterThan(80);
  }

  @Test
  void whatIsSentIsTheStatementAlone() {
    assertThat(DdlGuard.check(" ;/* a */ CREATE TABLE t /* b */ (a int) ; -- c\n"))
        .isInstanceOfSatisfying(
            Verdict.Allowed.class,
            allowed ->
                assertThat(allowed.statement().text()).isEqualTo("CREATE TABLE t /* b */ (a int)"));
  }

  @Property(tries = 500)
  void aLiteralNeverChangesTheVerdict(@ForAll("literals") String literal) {
    String statement = "COMMENT ON TABLE t IS " + literal;
    assertThat(DdlGuard.check(statement))
        .isInstanceOfSatisfying(
            Verdict.Allowed.class,
            allowed -> assertThat(allowed.statement().text()).isEqualTo(statement));
    assertThat(DdlGuard.check(statement + ";SELECT 1"))
        .isInstanceOfSatisfying(
            Verdict.Refused.class, r -> assertThat(r.reason()).startsWith("multiple statements"));
  }

  @Provide
  Arbitrary<String> literals() {
    return contents()
        .flatMap(text ->
            Arbitraries.of(
                "'" + text.replace("'", "''") + "'",
                "n'" + text.replace("'", "''") + "'",
                "U&'" + text.replace("'", "''") + "'",
                "E'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'",
                "e'" + text.replace("\\", "\\\\").replace("'", "''") + "'",
                "$t$" + text.replace("$t$", "") + "$t$",
                "'" + text.replace("'", "'' -- it''s\n") + "'"));
  }

  private static Arbitrary<String> contents() {
    return Arbitraries.of(
            "'", "\"", ";", "--", "/*", "*/", "\\", "\n", "$", "$$", "a", " ", "(", "é")
        .list()
        .ofMaxSize(12)
        .map(parts -> String.join("", parts));
  }

  @Property(tries = 500)
  void neverThrows(@ForAll String text) {
    assertThat(DdlGuard.check(text)).isNotNull();
    assertThat(DdlGuard.warnings(text)).isNotNull();
  }
}
