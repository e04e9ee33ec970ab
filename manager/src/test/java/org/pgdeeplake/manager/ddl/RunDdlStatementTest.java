package org.pgdeeplake.manager.ddl;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.pgdeeplake.manager.Manage;
import org.pgdeeplake.manager.command.ExitCodes;
import org.pgdeeplake.manager.terminal.Terminal;

/**
 * What the guard lets through reaches the server by the letter; what goes wrong is told as psql
 * does.
 */
class RunDdlStatementTest {
  @RegisterExtension static final Stage stage = new Stage();
  private static String database = "";

  @BeforeEach
  void newDatabase() throws Exception {
    database = stage.emptyDatabase(1);
  }

  private static Manage run(String... args) {
    String[] all = java.util.Arrays.copyOf(args, args.length + 2);
    all[args.length] = "-d";
    all[args.length + 1] = database;
    return stage.runDdl(all);
  }

  @Test
  void theGuardRefusesAndNothingIsRun() throws Exception {
    Manage select = run("SELECT 1");
    assertThat(select.code()).isEqualTo(ExitCodes.REFUSED);
    assertThat(select.err()).startsWith("refused: it begins with SELECT").contains("--force");
    Manage two = run("CREATE TABLE a (x int); CREATE TABLE b (x int)");
    assertThat(two.code()).isEqualTo(ExitCodes.REFUSED);
    assertThat(two.err()).contains("multiple statements", "Nothing was run").hasLineCount(1);
    assertThat(stage.exists(1, database, "a")).isFalse();
    assertThat(run("").code()).isEqualTo(ExitCodes.REFUSED);
    assertThat(run("-- nothing", "--force").code()).isEqualTo(ExitCodes.USAGE);
    assertThat(run(";", "--force").code()).isEqualTo(ExitCodes.REFUSED);
  }

  @Test
  void forceRunsSeveralOneAfterAnother() throws Exception {
    Manage done =
        run(
            "--force",
            "CREATE TABLE a (x int);\nINSERT INTO a VALUES (1);\nVACUUM a; CREATE TABLE b (x int);");
    assertThat(done.code()).as(done.toString()).isEqualTo(ExitCodes.OK);
    assertThat(done.out()).contains("4 of 4 statements done");
    assertThat(stage.ask(1, database, "SELECT count(*) FROM a")).isEqualTo("1");
    assertThat(stage.exists(1, database, "b")).isTrue();
  }

  @Test
  void theOneThatFailsIsNamed() throws Exception {
    Manage second =
        run("--force", "CREATE TABLE a (x int);\n\n  CREATE TABLE a (y int);\nCREATE TABLE b ()");
    assertThat(second.code()).as(second.toString()).isEqualTo(ExitCodes.PARTLY);
    assertThat(second.err())
        .contains("ERROR:  relation \"a\" already exists\nSQLSTATE:  42P07")
        .contains("statement 2 of 3 (line 3, CREATE TABLE) failed; those before it are done");
    assertThat(second.out()).contains("1 of 3 statements done");
    assertThat(stage.exists(1, database, "a")).isTrue();
    assertThat(stage.exists(1, database, "b")).isFalse();

    Manage first = run("--force", "DROP TABLE missing; CREATE TABLE c ()");
    assertThat(first.code()).isEqualTo(ExitCodes.FAILED);
    assertThat(first.err())
        .contains("WARNING:  DROP TABLE can crash", "statement 1 of 2", "none was done");
    assertThat(first.out()).isEmpty();
  }

  @Test
  void aTransactionThatIsLeftOpenIsTold() throws Exception {
    Manage left = run("--force", "BEGIN; CREATE TABLE a (x int)");
    assertThat(left.code()).isEqualTo(ExitCodes.PARTLY);
    assertThat(left.err()).contains("a transaction was begun and not ended");
    assertThat(stage.exists(1, database, "a")).isFalse();
    assertThat(run("--force", "BEGIN; CREATE TABLE a (x int); CREATE TABLE a (x int)").err())
        .contains("statement 3 of 3", "were done in a transaction and are undone");
    assertThat(stage.exists(1, database, "a")).isFalse();
    assertThat(run("--force", "BEGIN; CREATE TABLE a (x int); COMMIT").code())
        .isEqualTo(ExitCodes.OK);
    assertThat(stage.exists(1, database, "a")).isTrue();
  }

  @Test
  void aSyntaxErrorShowsItsPlace() {
    Manage wrong = run("  \n-- 'é'\nCREATE TABLE é (\n\ta int,,\n  b int)", "--force");
    assertThat(wrong.code()).isEqualTo(ExitCodes.FAILED);
    assertThat(wrong.err())
        .contains(
            """
            ERROR:  syntax error at or near ","
            LINE 4:  a int,,
                           ^
            SQLSTATE:  42601
            """);
  }

  @Test
  void aLongLineIsCutAroundThePlace() {
    String sql =
        "CREATE TABLE t (" + "a int, ".repeat(20) + "b strange, c int" + ", d int".repeat(20);
    List<String> lines = run(sql + ")").err().lines().toList();
    int line = IntStream.range(0, lines.size()).filter(i -> lines.get(i).startsWith("LINE")).sum();
    assertThat(lines.get(line)).startsWith("LINE 1: ...").endsWith("...").hasSizeLessThan(80);
    assertThat(lines.get(line).substring(lines.get(line + 1).indexOf('^'))).startsWith("strange,");
  }

  @Test
  void unreadableSqlIsForTheServerToExplain() {
    assertThat(run("CREATE TABLE t (a int").err()).contains("refused", "'(' without a ')'");
    Manage forced = run("--force", "CREATE TABLE t (a int); CREATE TABLE u (");
    assertThat(forced.code()).isEqualTo(ExitCodes.FAILED);
    assertThat(forced.err()).contains("ERROR:  syntax error at end of input", "LINE 1: ");
  }

  @Test
  void detailHintAndNoticesAreShown() throws Exception {
    stage.execute(1, database, "CREATE TABLE t (a int)", "CREATE VIEW v AS SELECT a FROM t");
    Manage failed = run("ALTER TABLE t DROP COLUMN a");
    assertThat(failed.err())
        .contains("ERROR:  cannot drop column", "DETAIL:  view v", "HINT:  ", "SQLSTATE:  2BP01");
    Manage noticed = run("DROP TABLE IF EXISTS missing");
    assertThat(noticed.code()).isEqualTo(ExitCodes.OK);
    assertThat(noticed.err())
        .contains("known upstream bug", "NOTICE:  table \"missing\" does not exist, skipping");
  }

  @Test
  void everyLetterArrives() throws Exception {
    assertThat(run("CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1; SELECT 2; END").code())
        .isEqualTo(ExitCodes.OK);
    assertThat(run("COMMENT ON FUNCTION f() IS 'a ?? {d ''b''} $1 \\ ;'").code())
        .isEqualTo(ExitCodes.OK);
    assertThat(stage.ask(1, database, "SELECT obj_description('f'::regproc)"))
        .isEqualTo("a ?? {d 'b'} $1 \\ ;");
  }

  @Test
  void theTimeZoneIsTheServers() throws Exception {
    stage.execute(1, database, "ALTER SYSTEM SET timezone = 'Asia/Tokyo'");
    try {
      assertThat(run("--force", "CREATE TABLE t AS SELECT current_setting('timezone') AS z").code())
          .isEqualTo(ExitCodes.OK);
    } finally {
      stage.execute(1, database, "ALTER SYSTEM RESET timezone");
    }
    assertThat(stage.ask(1, database, "SELECT z FROM t")).isEqualTo("Asia/Tokyo");
  }

  @Test
  void anUnknownDatabaseIsToBeProvisioned() {
    Manage unknown = stage.runDdl("CREATE TABLE t (a int)", "-d", "nowhere");
    assertThat(unknown.code()).isEqualTo(ExitCodes.FAILED);
    assertThat(unknown.err())
        .contains("there is no database nowhere on pg-deeplake-1", "manage provision-db nowhere");
  }

  @Test
  void theStatementCanBeInAFileOrOnStandardInput() throws Exception {
    Path file = stage.path().resolve("ddl.sql");
    Files.writeString(file, "-- a comment\nCREATE TABLE from_file (a int);\n");
    assertThat(run("--file", file.toString()).code()).isEqualTo(ExitCodes.OK);
    assertThat(stage.exists(1, database, "from_file")).isTrue();
    Terminal input =
        new Terminal(
            false,
            false,
            false,
            false,
            new ByteArrayInputStream(
                "CREATE TABLE from_input (a int)\n".getBytes(StandardCharsets.UTF_8)));
    assertThat(
            Manage.run(stage.path(), Map.of(), input, stage.arguments("-", "-d", database)).code())
        .isEqualTo(ExitCodes.OK);
    assertThat(stage.exists(1, database, "from_input")).isTrue();
    assertThat(run("--", "-- comment\nCREATE TABLE behind (a int)").code())
        .as("options behind -- are none")
        .isEqualTo(ExitCodes.USAGE);
    assertThat(stage.runDdl("-d", database, "--", "-- comment\nCREATE TABLE behind (a int)").code())
        .isEqualTo(ExitCodes.OK);
  }

  @Test
  void whatIsWrongWithTheFileIsSaid() throws Exception {
    Path file = stage.path().resolve("latin1.sql");
    Files.write(file, "COMMENT ON TABLE t IS 'é'".getBytes(StandardCharsets.ISO_8859_1));
    assertThat(run("--file", file.toString()).err()).contains("latin1.sql is not UTF-8");
    assertThat(run("--file", "nowhere.sql").err()).isEqualTo("there is no file nowhere.sql\n");
    assertThat(run("--file", stage.path().toString()).err()).contains("it is a directory");
    assertThat(run("CREATE TABLE t ()", "--file", "x").code()).isEqualTo(ExitCodes.USAGE);
    assertThat(run().code()).isEqualTo(ExitCodes.USAGE);
  }

  @Test
  void aDryRunTellsAndDoesNothing() throws Exception {
    Manage dry = run("--dry-run", "CREATE TABLE t AS SELECT 1");
    assertThat(dry.code()).isEqualTo(ExitCodes.OK);
    assertThat(dry.out())
        .contains("allowed", "CREATE TABLE AS", "writes rows", "on pg-deeplake-1")
        .contains("would wait up to 1m until it is visible on pg-deeplake-2");
    assertThat(stage.exists(1, database, "t")).isFalse();
    Manage refused = run("--dry-run", "SELECT 1", "--output=json");
    assertThat(refused.code()).isEqualTo(ExitCodes.REFUSED);
    assertThat(refused.json().at("/allowed").asBoolean(true)).isFalse();
    assertThat(refused.json().at("/refusal").asText()).contains("SELECT");
    assertThat(run("--dry-run", "SELECT 1", "--force").code()).isEqualTo(ExitCodes.OK);
  }
}
