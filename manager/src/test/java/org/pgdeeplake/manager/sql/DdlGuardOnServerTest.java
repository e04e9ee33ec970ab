// Where the guard sees one statement, the server sees one, and the same one.
package org.pgdeeplake.manager.sql;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.pgdeeplake.manager.local.LocalDeployment;
import org.pgdeeplake.manager.local.TestData;

class DdlGuardOnServerTest {
  /** A cursor takes one SELECT, and the error of anything else says what it was. */
  private static final String OPINION =
      """
      CREATE FUNCTION opinion(sql text) RETURNS text LANGUAGE plpgsql AS $$
      DECLARE
        c refcursor;
      BEGIN
        OPEN c FOR EXECUTE sql;
        RETURN 'one SELECT';
      EXCEPTION WHEN OTHERS THEN
        RETURN sqlstate || ' ' || sqlerrm;
      END $$
      """;

  private static final String[] PIECES = {
    "'", "''", "\"", ";", "--", "/*", "*/", "\\", "\n", "\r", "$", "$$", "$a$", "a", "E'", "U&'",
    "x'", " ", "(", ")", "1", "-", "é", "\u00a0", "'x'", "n'", "\u000b"
  };

  private static final TestData data = new TestData();
  private static Connection connection;

  @BeforeAll
  static void start() throws Exception {
    LocalDeployment deployment = data.deployment(1);
    deployment.start(1);
    connection = TestData.connect(deployment.instances().getFirst().port());
    try (Statement statement = connection.createStatement()) {
      statement.setEscapeProcessing(false);
      statement.execute(OPINION);
      statement.execute("CREATE TABLE t (begin int)");
      statement.execute("CREATE TABLE u (a text)");
    }
  }

  @AfterAll
  static void stop() throws Exception {
    connection.close();
    data.close();
  }

  @Test
  void agreesOnTheTable() throws SQLException {
    for (GuardTable.Row row : GuardTable.rows().toList()) {
      if (row.sql().indexOf('\0') < 0) {
        compare(row.sql());
      }
    }
  }

  /** Seeded: the same texts each time. */
  @Test
  void agreesOnGarbageInALiteralsPlace() throws SQLException {
    Random random = new Random(42);
    int read = 0;
    for (int i = 0; i < 4000; i++) {
      StringBuilder text = new StringBuilder("COMMENT ON TABLE t IS ");
      for (int j = random.nextInt(9); j >= 0; j--) {
        text.append(PIECES[random.nextInt(PIECES.length)]);
      }
      text.append(random.nextBoolean() ? "; SELECT 1" : "");
      read += compare(text.toString()) ? 1 : 0;
    }
    assertThat(read).as("texts that the server could read").isGreaterThan(100);
  }

  /** Returns whether the server could read it. */
  private static boolean compare(String sql) throws SQLException {
    String opinion = opinion(sql);
    // Said of none, too.
    boolean several = opinion.equals("42P11 cannot open multi-query plan as cursor");
    boolean one = opinion.startsWith("42P11") && !several;
    switch (DdlGuard.check(sql)) {
      case Verdict.Allowed(StatementFacts statement) -> {
        assertThat(several).as("the server sees several in " + sql).isFalse();
        if (one) {
          assertThat(opinion).as(sql).contains("cannot open " + statement.command() + " query");
          assertThat(opinion(statement.text())).as(sql).isEqualTo(opinion);
        }
      }
      case Verdict.Refused(String reason) -> {
        if (several) {
          assertThat(reason).as(sql).containsPattern("multiple statements|empty|no statement");
        }
        if (one || opinion.equals("one SELECT")) {
          assertThat(reason).as(sql).startsWith("it begins with");
        }
      }
    }
    return several || one;
  }

  private static String opinion(String sql) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement("SELECT opinion(?)")) {
      statement.setString(1, sql);
      try (ResultSet result = statement.executeQuery()) {
        result.next();
        return result.getString(1);
      }
    }
  }
}
