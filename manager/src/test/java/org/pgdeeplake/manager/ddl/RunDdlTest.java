package org.pgdeeplake.manager.ddl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.pgdeeplake.manager.Manage;
import org.pgdeeplake.manager.command.ExitCodes;
import org.pgdeeplake.manager.deployment.DeploymentFailed;
import org.pgdeeplake.manager.deployment.Refused;
import org.pgdeeplake.manager.postgres.PostgresAccess;

/** DDL is over when every running instance shows it; where that does not come, it is said. */
class RunDdlTest {
  private static final String TABLE = "CREATE TABLE t (id int, v text) USING deeplake";

  @RegisterExtension static final Stage stage = new Stage();

  @Test
  void waitsUntilTheOtherInstanceShowsIt() throws Exception {
    String database = stage.database();
    var sync = stage.sync(database, "t", TABLE);

    Manage done = stage.runDdl(TABLE, "-d", database, "--output=json");

    sync.join();
    assertThat(done.code()).as(done.toString()).isEqualTo(ExitCodes.OK);
    String method =
        "SELECT amname FROM pg_class c JOIN pg_am a ON a.oid = c.relam WHERE relname = 't'";
    assertThat(stage.ask(1, database, method)).isEqualTo("deeplake");
    JsonNode json = done.json();
    assertThat(json.at("/statement").asText()).isEqualTo(TABLE);
    assertThat(json.at("/database").asText()).isEqualTo(database);
    assertThat(json.at("/instance").asText()).isEqualTo("pg-deeplake-1");
    assertThat(json.at("/took_ms").isIntegralNumber()).isTrue();
    assertThat(json.at("/warnings")).isEmpty();
    assertThat(json.at("/propagated/0/instance").asText()).isEqualTo("pg-deeplake-2");
    assertThat(json.at("/propagated/0/visible").asBoolean()).isTrue();
    assertThat(json.at("/propagated/0/took_ms").isIntegralNumber()).isTrue();
    assertThat(json.at("/not_awaited").isNull()).isTrue();
    assertThat(json.at("/cache_flushed").isNull()).isTrue();
  }

  @Test
  void whatDoesNotArriveIsNamed() throws Exception {
    String database = stage.database();

    Manage late = stage.runDdl(TABLE, "-d", database, "--propagation-timeout=300ms");

    assertThat(late.code()).as(late.toString()).isEqualTo(ExitCodes.PARTLY);
    assertThat(late.out())
        .contains("CREATE TABLE done in database " + database + " on pg-deeplake-1")
        .contains("pg-deeplake-2  no: missing: column public.t.id");
    assertThat(late.err())
        .contains("CREATE TABLE is done on pg-deeplake-1, but not visible on pg-deeplake-2:")
        .contains("missing: column public.t.v", "missing: table public.t");
    assertThat(stage.exists(1, database, "t")).isTrue();
  }

  @Test
  void whatCannotTravelIsToldBeforeAndAfter() throws Exception {
    String database = stage.database();

    Manage heap =
        stage.runDdl(
            "CREATE TABLE t (a int)", "-d", database, "--propagation-timeout=300ms", "-o", "json");

    assertThat(heap.code()).as(heap.toString()).isEqualTo(ExitCodes.PARTLY);
    assertThat(heap.err())
        .contains("WARNING:  CREATE TABLE without USING deeplake: heap tables and views do not")
        .contains("missing: table public.t (heap tables and views do not travel)");
    assertThat(heap.json().at("/warnings/0").asText()).startsWith("CREATE TABLE without USING");

    stage.execute(
        1,
        "postgres",
        "ALTER DATABASE %s SET default_table_access_method = deeplake".formatted(database));
    Manage byDefault =
        stage.runDdl("CREATE TABLE u (a int)", "-d", database, "--propagation-timeout=300ms");
    assertThat(byDefault.err()).doesNotContain("WARNING");
  }

  @Test
  void theRecordsOfAnIngestAreNoChange() throws Exception {
    String database = stage.database();
    stage.execute(1, database, "CREATE TABLE u (a int) USING deeplake");
    stage.execute(
        1,
        database,
        "CREATE SCHEMA pgdl_manager",
        "CREATE FUNCTION record() RETURNS event_trigger LANGUAGE plpgsql AS"
            + " $$BEGIN CREATE TABLE IF NOT EXISTS pgdl_manager.ingest_chunk (a int); END$$",
        "CREATE EVENT TRIGGER record ON ddl_command_end WHEN tag IN ('ALTER TABLE')"
            + " EXECUTE FUNCTION record()");

    Manage done =
        stage.runDdl("ALTER TABLE u ALTER a SET STATISTICS -1", "-d", database, "-o", "json");

    assertThat(stage.exists(1, database, "pgdl_manager.ingest_chunk")).isTrue();
    assertThat(done.code()).as(done.toString()).isEqualTo(ExitCodes.OK);
    assertThat(done.json().at("/not_awaited").asText()).isEqualTo("nothing changed in the catalog");
  }

  @Test
  void aFailureIsInTheJsonBesideWhatIsDone() throws Exception {
    String database = stage.database();

    Manage partly =
        stage.runDdl(
            "--force",
            "CREATE ROLE r%1$s; CREATE ROLE r%1$s".formatted(database),
            "-d",
            database,
            "-o",
            "json");

    assertThat(partly.code()).as(partly.toString()).isEqualTo(ExitCodes.PARTLY);
    assertThat(partly.json().at("/statements").asInt()).isEqualTo(2);
    assertThat(partly.json().at("/done").asInt()).isEqualTo(1);
    assertThat(partly.json().at("/failure").asText())
        .contains("already exists", "statement 2 of 2 (line 1, CREATE ROLE) failed");
    assertThat(partly.json().at("/outcome_known").asBoolean()).isTrue();
  }

  @Test
  void aWrongTypeIsNamed() throws Exception {
    String database = stage.database();
    String sql = "CREATE TABLE t (flag varchar(1)) USING deeplake";
    var sync = stage.sync(database, "t", sql.replace("varchar(1)", "\"char\""));

    Manage wrong = stage.runDdl(sql, "-d", database, "--propagation-timeout=2s", "--output=json");

    sync.join();
    assertThat(wrong.code()).isEqualTo(ExitCodes.PARTLY);
    assertThat(wrong.json().at("/propagated/0/visible").asBoolean(true)).isFalse();
    assertThat(wrong.json().at("/propagated/0/missing/0").asText())
        .startsWith("changed: column public.t.flag from");
    assertThat(wrong.json().at("/warnings/0").asText()).contains("known upstream bug");
    assertThat(wrong.err()).contains("WARNING:  ");
  }

  @Test
  void anInstanceWithoutTheDatabaseIsToldAtOnce() throws Exception {
    String database = stage.database();
    stage.execute(2, "postgres", "DROP DATABASE " + database);

    Manage done = stage.runDdl(TABLE, "-d", database);

    assertThat(done.code()).isEqualTo(ExitCodes.PARTLY);
    assertThat(done.err()).contains("pg-deeplake-2", "manage provision-db " + database);
  }

  @Test
  void anInstanceThatDoesNotRunIsNotWaitedFor() throws Exception {
    String database = stage.database();
    stage.deployment().stop(2);
    try {
      Manage done = stage.runDdl(TABLE, "-d", database, "--output=json");
      assertThat(done.code()).as(done.toString()).isEqualTo(ExitCodes.OK);
      assertThat(done.json().at("/propagated/0/visible").isNull()).isTrue();
      assertThat(done.json().at("/propagated/0/state").asText()).isEqualTo("stopped");
    } finally {
      stage.deployment().start(2);
    }
  }

  @Test
  void withoutTheFirstInstanceNothingIsRun() throws Exception {
    stage.deployment().stop(1);
    try {
      Manage failed = stage.runDdl(TABLE);
      assertThat(failed.code()).isEqualTo(ExitCodes.FAILED);
      assertThat(failed.err())
          .contains("pg-deeplake-1, on which DDL runs, does not run (stopped)", "Nothing was run")
          .hasLineCount(1);
    } finally {
      stage.deployment().start(1);
    }
  }

  @Test
  void whereNothingTravelsNothingIsWaitedFor() throws Exception {
    String plain = stage.emptyDatabase(1);
    Manage done = stage.runDdl("CREATE TABLE t (a int)", "-d", plain);
    assertThat(done.code()).as(done.toString()).isEqualTo(ExitCodes.OK);
    assertThat(done.out())
        .contains("Not waited for other instances: pg_deeplake is not installed in database");

    String database = stage.database();
    assertThat(reason("CREATE ROLE r" + database, "-d", database))
        .isEqualTo("CREATE ROLE changes pg-deeplake-1 only");
    assertThat(reason("CREATE TABLE t (a int)", "-d", database, "--no-wait"))
        .isEqualTo("--no-wait");
    assertThat(reason("TRUNCATE t", "-d", database))
        .isEqualTo("TRUNCATE TABLE changes nothing that can be seen in the catalog");
    assertThat(reason("VACUUM t", "-d", database)).startsWith("VACUUM changes nothing");
    assertThat(reason("CREATE TABLE IF NOT EXISTS t (a int)", "-d", database))
        .isEqualTo("nothing changed in the catalog");
  }

  private static String reason(String... args) {
    String[] all = java.util.Arrays.copyOf(args, args.length + 1);
    all[args.length] = "--output=json";
    Manage done = stage.runDdl(all);
    assertThat(done.code()).as(done.toString()).isEqualTo(ExitCodes.OK);
    return done.json().at("/not_awaited").asText();
  }

  @Test
  void asALibraryItFailsWhereTheCommandEndsWithPartly() throws Exception {
    String database = stage.database();
    PostgresAccess access = new PostgresAccess("postgres", "", java.time.Duration.ofSeconds(10));
    DdlListener silent =
        new DdlListener() {
          @Override
          public void step(String what) {}

          @Override
          public void say(String line) {}
        };
    Ddl ddl = new Ddl(stage.deployment(), access, OptionalLong::empty, silent, new DdlStop());
    var sync = stage.sync(database, "t", TABLE);
    ddl.run(TABLE, database);
    sync.join();
    assertThat(stage.exists(2, database, "t")).isTrue();
    assertThatThrownBy(() -> ddl.run("DELETE FROM t", database)).isInstanceOf(Refused.class);
    Ddl withStale =
        new Ddl(
            stage.deployment(),
            access,
            () -> {
              throw new DeploymentFailed("Redis is away");
            },
            silent,
            new DdlStop());
    assertThatThrownBy(() -> withStale.run("TRUNCATE t", database))
        .isInstanceOf(DeploymentFailed.class)
        .hasMessageContainingAll("TRUNCATE TABLE is done", "Redis is away", "manage cache-flush");
  }
}
