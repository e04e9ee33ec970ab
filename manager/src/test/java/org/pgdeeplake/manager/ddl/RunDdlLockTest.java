package org.pgdeeplake.manager.ddl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.pgdeeplake.manager.Manage;
import org.pgdeeplake.manager.ManagerProcess;
import org.pgdeeplake.manager.command.ExitCodes;
import org.pgdeeplake.manager.local.TestData;

/** One manager at a time runs DDL, whatever becomes of the others. */
class RunDdlLockTest {
  private static final String ADD = "ALTER TABLE t ADD COLUMN b int";
  private static final String HOLDS_LOCK = "application_name LIKE 'pg-manager ddl-lock %'";
  private static final String RUNS =
      "application_name LIKE 'pg-manager ddl-run %' AND wait_event_type = 'Lock'";
  private static final String SELF =
      "%s@.* \\(pid %d\\)"
          .formatted(System.getProperty("user.name"), ProcessHandle.current().pid());

  @RegisterExtension static final Stage stage = new Stage();

  private final List<Process> children = new ArrayList<>();
  private String database;
  private Connection obstacle;

  /** DDL on table t takes until {@link #giveWay}. */
  @BeforeEach
  void block() throws Exception {
    database = stage.emptyDatabase(1);
    stage.execute(1, database, "CREATE TABLE t (a int)");
    obstacle = stage.obstacle(database);
  }

  @AfterEach
  void giveWay() throws Exception {
    obstacle.close();
    for (Process child : children) {
      child.destroyForcibly().waitFor();
    }
    stage.awaitNoSession();
  }

  private Process process(Path output, String sql) throws Exception {
    Process child =
        ManagerProcess.of(stage.path(), stage.arguments(sql, "-d", database))
            .redirectOutput(output.toFile())
            .start();
    children.add(child);
    return child;
  }

  private String columns() throws SQLException {
    return stage.ask(
        1,
        database,
        "SELECT string_agg(attname, ' ' ORDER BY attnum) FROM pg_attribute"
            + " WHERE attrelid = 't'::regclass AND attnum > 0");
  }

  @Test
  void theSecondIsToldWhoIsThereAndCanWait() throws Exception {
    var first = stage.begin(ADD, "-d", database);
    stage.awaitSession(RUNS);

    // In another database: there is one lock for all.
    Manage second = stage.runDdl("CREATE TABLE u (a int)");
    assertThat(second.code()).isEqualTo(ExitCodes.LOCKED);
    assertThat(second.err())
        .containsPattern(
            SELF + " has the lock for DDL on pg-deeplake-1, from 127.0.0.1, in a session since 20")
        .contains("--wait");
    Manage impatient =
        stage.runDdl("ALTER TABLE t RENAME b TO c", "-d", database, "--wait", "300ms");
    assertThat(impatient.code()).isEqualTo(ExitCodes.LOCKED);
    assertThat(impatient.err()).contains("still after 300ms");

    var waiting = stage.begin("--wait", "ALTER TABLE t RENAME b TO c", "-d", database);
    String sessions = "SELECT count(*) = 2 FROM pg_stat_activity WHERE " + HOLDS_LOCK;
    await().atMost(Stage.LIMIT).until(() -> stage.ask(1, "postgres", sessions).equals("t"));
    assertThat(waiting).isNotDone();
    obstacle.rollback();

    assertThat(first.join().code()).as(first.join().toString()).isEqualTo(ExitCodes.OK);
    assertThat(waiting.join().code()).as(waiting.join().toString()).isEqualTo(ExitCodes.OK);
    assertThat(columns()).isEqualTo("a c");
  }

  @Test
  void theStatementOfAKilledManagerHoldsTheNextOneUpUntilTheServerEndsIt() throws Exception {
    Path output = stage.path().resolve("killed");
    Process killed = process(output, ADD);
    stage.awaitSession(RUNS);
    TestData.kill9(killed.pid());
    killed.waitFor();

    Manage next = stage.runDdl("CREATE TABLE u (a int)", "-d", database, "--wait=1m");

    assertThat(next.code()).as(next.toString()).isEqualTo(ExitCodes.OK);
    assertThat(stage.ask(1, "postgres", "SELECT pid FROM pg_stat_activity WHERE " + RUNS))
        .isEqualTo("none");
    obstacle.rollback();
    assertThat(columns()).isEqualTo("a");
  }

  @Test
  void aStatementWithoutItsManagerIsNamed() throws Exception {
    String name = "pg-manager ddl-run 77 ghost@nowhere";
    try (Connection ghost = stage.connect(1, database);
        Statement statement = ghost.createStatement()) {
      statement.execute("SET application_name = '" + name + "'");
      var running =
          java.util.concurrent.CompletableFuture.runAsync(() -> {
            try {
              statement.execute(ADD);
            } catch (SQLException e) {
              throw new IllegalStateException(e);
            }
          });
      long server = stage.awaitSession(RUNS);

      Manage next = stage.runDdl("CREATE TABLE u (a int)");

      assertThat(next.code()).isEqualTo(ExitCodes.LOCKED);
      assertThat(next.err())
          .contains("the manager of ghost@nowhere (pid 77), from 127.0.0.1, is gone")
          .contains("in database " + database, "server process " + server, ADD);
      obstacle.rollback();
      running.join();
    }
  }

  @Test
  void sigtermCancelsTheStatementOnTheServer() throws Exception {
    Path output = stage.path().resolve("terminated");
    Process terminated = process(output, ADD);
    stage.awaitSession(RUNS);

    terminated.destroy();

    assertThat(terminated.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(terminated.exitValue()).isEqualTo(ExitCodes.FAILED);
    assertThat(Files.readString(output))
        .contains("ALTER TABLE was canceled on pg-deeplake-1, which undid it");
    obstacle.rollback();
    assertThat(columns()).isEqualTo("a");
  }

  @Test
  void aLockThatIsLostMeanwhileIsTold() throws Exception {
    var first = stage.begin(ADD, "-d", database);
    stage.awaitSession(RUNS);
    long lock = stage.awaitSession(HOLDS_LOCK);
    stage.execute(1, "postgres", "SELECT pg_terminate_backend(" + lock + ", 10000)");
    // Its statement is still there.
    Manage second = stage.runDdl("CREATE TABLE u (a int)");
    assertThat(second.code()).isEqualTo(ExitCodes.LOCKED);
    assertThat(second.err()).containsPattern("the manager of " + SELF).contains(ADD);
    obstacle.rollback();

    assertThat(first.join().code()).isEqualTo(ExitCodes.PARTLY);
    assertThat(first.join().err()).contains("WARNING:  the lock for DDL was lost meanwhile");
    assertThat(columns()).isEqualTo("a b");
  }

  @Test
  void betweenTwoStatementsALostLockEndsIt() throws Exception {
    var first = stage.begin("--force", ADD + "; ALTER TABLE t ADD COLUMN c int", "-d", database);
    stage.awaitSession(RUNS);
    long lock = stage.awaitSession(HOLDS_LOCK);
    stage.execute(1, "postgres", "SELECT pg_terminate_backend(" + lock + ", 10000)");
    obstacle.rollback();

    assertThat(first.join().code()).isEqualTo(ExitCodes.PARTLY);
    assertThat(first.join().err()).contains("was lost", "so it was not run", "statement 2 of 2");
    assertThat(columns()).isEqualTo("a b");
  }
}
