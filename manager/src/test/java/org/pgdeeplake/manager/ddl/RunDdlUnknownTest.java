package org.pgdeeplake.manager.ddl;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.pgdeeplake.manager.Manage;
import org.pgdeeplake.manager.command.ExitCodes;
import org.pgdeeplake.manager.deployment.DeploymentFailed;
import org.pgdeeplake.manager.local.TestData;
import org.pgdeeplake.manager.postgres.PostgresAccess;

/**
 * If nobody knows whether a statement is done, it is treated as if it were, and it is said; and a
 * server that answers nobody is not waited for without end.
 */
class RunDdlUnknownTest {
  private static final String ADD = "ALTER TABLE t ADD COLUMN b int";
  private static final String RUNS =
      "application_name LIKE 'pg-manager ddl-run %' AND wait_event_type = 'Lock'";

  @RegisterExtension static final Stage stage = new Stage();

  private final List<Long> halted = new ArrayList<>();
  private String database;
  private Connection obstacle;

  /** DDL on table t takes until the end of the obstacle. */
  @BeforeEach
  void block() throws Exception {
    database = stage.database();
    stage.execute(1, database, "CREATE TABLE t (a int) USING deeplake");
    obstacle = stage.obstacle(database);
  }

  @AfterEach
  void giveWay() throws Exception {
    for (long process : halted) {
      TestData.signal("CONT", process);
    }
    obstacle.close();
    stage.awaitNoSession();
  }

  private DdlOutcome runAsLibrary(AtomicInteger flushes) {
    DdlListener silent =
        new DdlListener() {
          @Override
          public void step(String what) {}

          @Override
          public void say(String line) {}
        };
    PostgresAccess access = new PostgresAccess("postgres", "", Duration.ofSeconds(20));
    Ddl ddl =
        new Ddl(
            stage.deployment(),
            access,
            () -> OptionalLong.of(flushes.incrementAndGet()),
            silent,
            new DdlStop());
    try {
      return ddl.run(new DdlRequest(ADD, database, false, null, Duration.ofSeconds(10)));
    } catch (DeploymentFailed | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void whenTheServerCrashesTheCacheIsFlushedAndTheCatalogCompared() throws Exception {
    AtomicInteger flushes = new AtomicInteger();
    var run =
        CompletableFuture.supplyAsync(
            () -> runAsLibrary(flushes), Executors.newVirtualThreadPerTaskExecutor());
    TestData.kill9(stage.awaitSession(RUNS));

    DdlOutcome outcome = run.join();

    assertThat(outcome.unknown()).isTrue();
    assertThat(outcome.complete()).isFalse();
    assertThat(flushes).hasValue(1);
    assertThat(outcome.propagated().notAwaited())
        .isEqualTo(new Propagated.NotAwaited("nothing changed in the catalog", false));
  }

  @Test
  void theCommandSaysSoAndEndsWithPartly() throws Exception {
    var run = stage.begin(ADD, "-d", database);
    TestData.kill9(stage.awaitSession(RUNS));

    Manage ended = run.join();

    assertThat(ended.code()).as(ended.toString()).isEqualTo(ExitCodes.PARTLY);
    assertThat(ended.out()).contains("Not known whether it is done", database);
    assertThat(ended.err())
        .contains("the connection with pg-deeplake-1 ended while ALTER TABLE ran", "is not known");
  }

  @Test
  void aServerThatAnswersNobodyEndsIt() throws Exception {
    var run = stage.begin(ADD, "-d", database, "--timeout=2s");
    long session = stage.awaitSession(RUNS);
    String first = "SELECT split_part(pg_read_file('postmaster.pid'), chr(10), 1)";
    long postmaster = Long.parseLong(stage.ask(1, "postgres", first));
    for (long process : List.of(postmaster, session)) {
      TestData.signal("STOP", process);
      halted.add(process);
    }

    assertThat(run).succeedsWithin(Stage.LIMIT);

    assertThat(run.join().code()).as(run.join().toString()).isEqualTo(ExitCodes.PARTLY);
    assertThat(run.join().err()).contains("the server answered nobody any more");
  }
}
