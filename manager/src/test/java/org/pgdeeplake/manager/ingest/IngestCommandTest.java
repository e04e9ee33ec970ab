package org.pgdeeplake.manager.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.pgdeeplake.manager.Manage;
import org.pgdeeplake.manager.command.ExitCodes;
import org.pgdeeplake.manager.local.LocalDeployment;
import org.pgdeeplake.manager.local.TestData;

/** What a script sees of an ingest: exit codes, the report, one line for a mistake. */
class IngestCommandTest {
  @AutoClose private final TestData data = new TestData();
  private TestServer.Database database;

  @BeforeEach
  void start() throws Exception {
    LocalDeployment deployment = data.deployment(1);
    deployment.start(1);
    database = new TestServer.Database(deployment.instances().getFirst().port(), "postgres");
  }

  private Manage ingest(String... options) {
    String[] all = new String[options.length + 4];
    all[0] = "ingest";
    all[1] = "tpch";
    all[2] = "--tables=region,supplier";
    all[3] = "--database=postgres";
    System.arraycopy(options, 0, all, 4, options.length);
    return Manage.local(data.path(), all);
  }

  @Test
  void loadsGoesOnAndRefuses() throws Exception {
    Manage loaded = ingest("--scale=0.01", "--direct", "-o", "json");
    assertThat(loaded.code()).as(loaded.toString()).isEqualTo(ExitCodes.OK);
    assertThat(loaded.json().at("/tables/1/name").asText()).isEqualTo("supplier");
    assertThat(loaded.json().at("/tables/1/rows").asLong()).isEqualTo(100);
    assertThat(loaded.json().at("/tables/1/verified").asBoolean()).isTrue();

    // The instance's own port stands in for the proxy's.
    Manage again = ingest("--scale=0.01", "--port=" + database.port());
    assertThat(again.code()).as(again.toString()).isEqualTo(ExitCodes.OK);
    assertThat(again.out()).containsSubsequence("TABLE", "ROWS", "region", "5", "as generated");

    Manage refused = ingest("--scale=0.1", "--direct");
    assertThat(refused.code()).isEqualTo(ExitCodes.REFUSED);
    assertThat(refused.err()).contains("scale 0.01").hasLineCount(1);

    try (Ledger _ =
        Ledger.open(
            database.target(),
            Retries.DEFAULT,
            IngestProcess.toStandardOutput(),
            new IngestStop())) {
      assertThat(ingest("--scale=0.01", "--direct").code()).isEqualTo(ExitCodes.LOCKED);
    }

    database.execute("DELETE FROM region WHERE r_regionkey = 2");
    Manage differs = ingest("--scale=0.01", "--direct");
    assertThat(differs.code()).isEqualTo(ExitCodes.FAILED);
    assertThat(differs.err()).contains("Table region is not as generated", "4 rows instead of 5");
  }

  @Test
  void waitsUntilTheProxyHasStartedAServer() throws Exception {
    try (SleepingServer proxy = new SleepingServer(database.port())) {
      var run =
          CompletableFuture.supplyAsync(
              () -> ingest("--scale=0.01", "--timeout=1s", "--port=" + proxy.port()),
              Executors.newVirtualThreadPerTaskExecutor());
      // The driver's own limit for the answer to a request for TLS is 5 s.
      proxy.awaitWaiting(Duration.ofMillis(5_500));

      proxy.wake();

      assertThat(run).succeedsWithin(Duration.ofSeconds(60));
      assertThat(run.join().code()).as(run.join().toString()).isEqualTo(ExitCodes.OK);
      assertThat(run.join().err()).contains("connecting to postgres, which may have to be started");
    }
  }

  @Test
  void theProxyIsWhereTheSettingsSay() throws Exception {
    Files.writeString(
        data.path().resolve(".env"), "PROXY_HOST=127.0.0.1\nPROXY_PORT=" + database.port() + "\n");
    Manage loaded = ingest("--scale=0.01", "--proxy=http://nowhere.invalid:8404");
    assertThat(loaded.code()).as(loaded.toString()).isEqualTo(ExitCodes.OK);
  }

  @Test
  void aDryRunTellsWhatIsThereAndChangesNothing() throws Exception {
    Manage before = ingest("--scale=0.01", "--dry-run");
    assertThat(before.code()).as(before.toString()).isEqualTo(ExitCodes.OK);
    assertThat(before.out())
        .containsSubsequence("TABLE", "region", "5", "no table", "supplier", "100", "no table")
        .contains("would load what is missing into database postgres");
    assertThat(database.query("SELECT to_regnamespace('pgdl_manager')")).isNull();

    assertThat(ingest("--scale=0.01", "--direct").code()).isEqualTo(ExitCodes.OK);
    database.execute("DELETE FROM pgdl_manager.ingest_chunk WHERE table_name = 'supplier'");
    Manage after = ingest("--scale=0.01", "--dry-run", "-o", "json");
    assertThat(after.code()).as(after.toString()).isEqualTo(ExitCodes.OK);
    assertThat(after.json().at("/tables/0/loaded").asInt()).isEqualTo(1);
    assertThat(after.json().at("/tables/0/storage").asText()).isEqualTo("heap");
    assertThat(after.json().at("/tables/1/loaded").asInt(-1)).isZero();
    assertThat(after.json().at("/tables/1/chunks").asInt()).isEqualTo(1);

    Manage refused = ingest("--scale=0.1", "--dry-run");
    assertThat(refused.code()).isEqualTo(ExitCodes.REFUSED);
    assertThat(refused.out()).contains("refused: This database has TPC-H of scale 0.01");
  }

  @Test
  void mistakesAreNamed() {
    assertThat(ingest("--scale=0").code()).isEqualTo(ExitCodes.USAGE);
    assertThat(ingest("--tables=regions", "--direct").err())
        .contains("--tables", "regions is none of", "lineitem");
    assertThat(ingest("--jobs=0").err()).contains("--jobs", "between 1 and 64");
  }
}
