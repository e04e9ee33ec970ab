package org.pgdeeplake.manager.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.pgdeeplake.manager.deployment.DeploymentFailed;
import org.pgdeeplake.manager.deployment.Locked;
import org.pgdeeplake.manager.deployment.Refused;
import org.postgresql.PGConnection;

/** An ingest ends with exactly TPC-H in the database, or says why not and touches nothing else. */
class TpchIngestTest {
  private static final List<String> SMALL = List.of("region", "nation", "supplier");
  private static TestServer server;

  private final ByteArrayOutputStream said = new ByteArrayOutputStream();
  private final TestServer.Database database;

  TpchIngestTest() throws Exception {
    database = server.database();
  }

  @BeforeAll
  static void start() throws Exception {
    server = new TestServer();
  }

  @AfterAll
  static void stop() throws Exception {
    server.close();
  }

  private String said() {
    return said.toString(StandardCharsets.UTF_8);
  }

  private IngestReport ingest(String scale, List<String> tables) throws Exception {
    return ingest(database.target(), scale, tables);
  }

  private IngestReport ingest(IngestTarget target, String scale, List<String> tables)
      throws Exception {
    IngestOptions options = IngestProcess.options(scale, 2, tables);
    PrintStream out = new PrintStream(said, true, StandardCharsets.UTF_8);
    return new TpchIngest(target, options, IngestProcess.printing(out)).run();
  }

  @Test
  void loadsAllEightTables() throws Exception {
    IngestReport report = ingest("0.01", TpchSchema.names());

    assertThat(report.tables())
        .containsOnlyKeys(TpchSchema.names())
        .containsEntry("orders", 15_000L);
    assertThat(report.loading().rows())
        .isEqualTo(report.tables().values().stream().mapToLong(r -> r).sum());
    // The answer to TPC-H's Q6 over this scale, as trinodb/tpch has it.
    assertThat(
            database.query(
                "SELECT sum(l_extendedprice * l_discount) FROM lineitem WHERE l_shipdate >="
                    + " '1994-01-01' AND l_shipdate < '1995-01-01' AND l_discount BETWEEN 0.05 AND"
                    + " 0.07 AND l_quantity < 24"))
        .isEqualTo("1193053.2253");
    assertThat(
            database.query(
                "SELECT amname FROM pg_class c JOIN pg_am a ON a.oid = relam WHERE relname = 'lineitem'"))
        .isEqualTo("heap");

    assertThat(ingest("0.010", TpchSchema.names()).tables()).isEqualTo(report.tables());
    assertThat(said()).contains("Going on: 86,");
  }

  @Test
  void sendsTheChunkAgainWhoseSessionEndsInItsMiddle() throws Exception {
    database.execute(TpchSchema.LINEITEM.create("heap"));
    Triggers.terminateOnce(database, "lineitem", "l_orderkey = 30016");

    IngestReport report = ingest("0.01", List.of("orders", "lineitem"));

    assertThat(said()).containsPattern("lineitem \\d+/\\d+ again in");
    assertThat(report.tables())
        .containsEntry("lineitem", Long.valueOf(database.query("SELECT count(*) FROM lineitem")));
  }

  @Test
  void aSecondIngestIsToldOfTheFirst() throws Exception {
    try (Ledger _ =
        Ledger.open(
            database.target(),
            Retries.DEFAULT,
            IngestProcess.toStandardOutput(),
            new IngestStop())) {
      assertThatThrownBy(() -> ingest("0.01", SMALL))
          .isInstanceOf(Locked.class)
          .hasMessageContainingAll("Another ingest", "session ", "of postgres from 127.0.0.1");
    }
    assertThat(ingest("0.01", SMALL).tables()).containsEntry("supplier", 100L);
  }

  @Test
  void anotherScaleIsRefused() throws Exception {
    ingest("0.01", SMALL);
    assertThatThrownBy(() -> ingest("0.02", List.of("part")))
        .isInstanceOf(Refused.class)
        .hasMessageContainingAll("scale 0.01", "--scale is 0.02", "fresh database");
    assertThat(database.query("SELECT to_regclass('part')")).isNull();
  }

  @Test
  void anotherChunkSizeIsRefused() throws Exception {
    ingest("0.01", List.of("supplier"));
    IngestOptions other =
        new IngestOptions(
            new BigDecimal("0.01"),
            List.of("supplier"),
            1,
            new ChunkSize(10, 1 << 20),
            Retries.DEFAULT);
    assertThatThrownBy(
            () -> new TpchIngest(database.target(), other, IngestProcess.toStandardOutput()).run())
        .isInstanceOf(Refused.class)
        .hasMessageContainingAll("1 chunks", "would be 10", "--chunk-rows");
  }

  @Test
  void rowsAndTablesOfOthersAreRefused() throws Exception {
    database.execute(TpchSchema.REGION.create("heap"));
    database.execute("INSERT INTO region VALUES (0, 'MINE', 'own')");
    assertThatThrownBy(() -> ingest("0.01", SMALL))
        .isInstanceOf(Refused.class)
        .hasMessageContainingAll("region", "no ingest has recorded");
    database.execute("CREATE TABLE part (id int)");
    assertThatThrownBy(() -> ingest("0.01", List.of("part")))
        .isInstanceOf(Refused.class)
        .hasMessageContainingAll("not TPC-H's", "id");
    assertThat(database.query("SELECT to_regclass('nation')")).isNull();
    assertThat(database.query("SELECT r_comment FROM region")).isEqualTo("own");
  }

  @Test
  void findsOneCorruptedCharacter() throws Exception {
    ingest("0.01", SMALL);
    database.execute(
        "UPDATE supplier SET s_comment = overlay(s_comment placing '#' from 3 for 1) WHERE s_suppkey = 57");
    assertThatThrownBy(() -> ingest("0.01", SMALL))
        .isExactlyInstanceOf(DeploymentFailed.class)
        .hasMessageContainingAll("supplier", "another hash", "s_suppkey is from 1 to 100")
        .hasMessageNotContaining("rows instead");
  }

  @Test
  void findsAMissingRowAndADoubledOne() throws Exception {
    ingest("0.01", SMALL);
    database.execute("DELETE FROM nation WHERE n_nationkey = 3");
    database.execute("INSERT INTO nation SELECT * FROM nation WHERE n_nationkey = 4");
    assertThatThrownBy(() -> ingest("0.01", SMALL))
        .isExactlyInstanceOf(DeploymentFailed.class)
        .hasMessageContainingAll("nation", "another sum of n_nationkey", "another hash");
    database.execute("DELETE FROM nation");
    assertThatThrownBy(() -> ingest("0.01", SMALL)).hasMessageContaining("0 rows instead of 25");
  }

  @Test
  void aHeapTableIsNotLoadedThroughAProxyThatLeadsElsewhere() throws Exception {
    // Another database stands in for another instance: it has its own tables.
    IngestTarget elsewhere = database.target(server.database());
    assertThatThrownBy(() -> ingest(elsewhere, "0.01", SMALL))
        .isInstanceOf(Refused.class)
        .hasMessageContaining("--direct");
  }

  @Test
  void deeplakeTablesAreCheckedWhereTheFateOfAChunkIsUnknown() throws Exception {
    // A stand-in: heap under deeplake's name.
    database.execute("CREATE ACCESS METHOD deeplake TYPE TABLE HANDLER heap_tableam_handler");
    List<String> tables = List.of("orders", "lineitem");
    IngestReport report = ingest("0.01", tables);
    assertThat(
            database.query(
                "SELECT amname FROM pg_class c JOIN pg_am a ON a.oid = relam WHERE relname = 'lineitem'"))
        .isEqualTo("deeplake");

    String unknown =
        "UPDATE pgdl_manager.ingest_chunk SET row_count = NULL WHERE table_name = 'lineitem' AND chunk = ";
    String range =
        "(SELECT int8range(first_key, last_key, '[]') FROM pgdl_manager.ingest_chunk WHERE table_name = 'lineitem' AND chunk = ";
    database.execute(unknown + 1);
    database.execute("DELETE FROM lineitem WHERE l_orderkey <@ " + range + "2)");
    database.execute(unknown + 2);
    database.execute(
        "DELETE FROM lineitem WHERE l_linenumber = 1 AND l_orderkey <@ " + range + "3)");
    database.execute(unknown + 3);

    assertThat(ingest("0.01", tables).tables()).isEqualTo(report.tables());
  }

  @Test
  void deeplakeTablesMayBeLoadedThroughAnotherInstanceThanThatOfTheRecords() throws Exception {
    TestServer.Database records = server.database();
    for (TestServer.Database each : List.of(database, records)) {
      each.execute("CREATE ACCESS METHOD deeplake TYPE TABLE HANDLER heap_tableam_handler");
    }
    IngestTarget both =
        new IngestTarget(
            "both",
            records,
            database,
            (sql, _) -> {
              records.target().ddl().run(sql, "");
              database.target().ddl().run(sql, "");
            });
    assertThat(ingest(both, "0.01", SMALL).tables()).containsEntry("supplier", 100L);
    assertThat(database.query("SELECT count(*) FROM supplier")).isEqualTo("100");
    assertThat(records.query("SELECT count(*) FROM supplier")).isEqualTo("0");
  }

  @Test
  void anEarlierSessionThatIsStillAtAChunkIsNamedAndWaitedFor() throws Exception {
    database.execute("CREATE ACCESS METHOD deeplake TYPE TABLE HANDLER heap_tableam_handler");
    try (var earlier = database.open();
        Statement statement = earlier.createStatement()) {
      statement.execute("SELECT pg_advisory_lock(hashtext('pgdl_manager.ingest region'), 1)");
      var run =
          CompletableFuture.supplyAsync(
              () -> {
                try {
                  return ingest("0.01", List.of("region"));
                } catch (Exception e) {
                  throw new IllegalStateException(e);
                }
              },
              Executors.newVirtualThreadPerTaskExecutor());
      String pid = Integer.toString(earlier.unwrap(PGConnection.class).getBackendPID());
      await()
          .atMost(Duration.ofSeconds(30))
          .untilAsserted(() ->
              assertThat(said())
                  .contains("region 1/1: waiting for an earlier session (server process " + pid));
      statement.execute("SELECT pg_advisory_unlock_all()");
      assertThat(run.join().tables()).containsEntry("region", 5L);
    }
  }

  @Test
  void aLostSessionOfTheRecordsIsReplaced() throws Exception {
    try (Ledger ledger =
        Ledger.open(
            database.target(),
            Retries.DEFAULT,
            IngestProcess.toStandardOutput(),
            new IngestStop())) {
      String pid =
          ledger.with(session -> {
            try (Statement statement = session.createStatement();
                var result = statement.executeQuery("SELECT pg_backend_pid()")) {
              result.next();
              return result.getString(1);
            }
          });
      database.execute("SELECT pg_terminate_backend(" + pid + ", 5000)");
      assertThat(ledger.begun()).isEmpty();
      assertThatThrownBy(() -> ingest("0.01", SMALL)).isInstanceOf(Locked.class);
    }
  }
}
