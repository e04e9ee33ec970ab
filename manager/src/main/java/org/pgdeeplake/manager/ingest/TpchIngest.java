package org.pgdeeplake.manager.ingest;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.manager.deployment.DeploymentFailed;
import org.pgdeeplake.manager.deployment.Locked;
import org.pgdeeplake.manager.deployment.Refused;

/**
 * Fills a database with TPC-H and compares it with what was generated. Called again after it was
 * stopped or killed it goes on; called again after it is done it compares again.
 */
public final class TpchIngest {
  /** Attempts; each waits for as long as the proxy does. */
  private static final int WAKING = 3;

  private final IngestTarget target;
  private final IngestOptions options;
  private final IngestListener listener;
  private final IngestStop stop = new IngestStop();
  private final Connections data;

  public TpchIngest(IngestTarget target, IngestOptions options, IngestListener listener) {
    this.target = target;
    this.options = options;
    this.listener = listener;
    this.data = stop.ending(target.data());
  }

  /**
   * Blocks until all is loaded and compared.
   *
   * @throws Refused if the database has something else; then nothing was changed
   * @throws Locked if another ingest works on the database
   * @throws DeploymentFailed if the database differs from what was generated, or DDL failed
   * @throws SQLException that stayed after all attempts
   * @throws CancellationException after {@link #stop}
   */
  public IngestReport run() throws SQLException, DeploymentFailed, InterruptedException {
    // Through the proxy this wakes the instances, and keeps them awake.
    try (DataSession awake = new DataSession(data, stop::requested)) {
      listener.step("connecting to %s, which may have to be started".formatted(target.database()));
      options.retries().atMost(WAKING).run("connecting", listener, stop, awake::connection);
      return loadAndCompare();
    } catch (SQLException e) {
      // What was canceled failed.
      stop.check();
      throw e;
    }
  }

  private IngestReport loadAndCompare()
      throws SQLException, DeploymentFailed, InterruptedException {
    listener.step("looking at what is there");
    try (Ledger ledger = Ledger.open(target, options.retries(), listener, stop)) {
      Map<BenchmarkTable, ChunkLoad> loads = prepare(ledger);
      IngestProgress progress = load(ledger, loads);
      Verification verification = new Verification(data, options, listener, stop);
      for (BenchmarkTable table : options.chosen()) {
        verification.verify(table, options.chunks(table), ledger.chunks(table));
      }
      return new IngestReport(progress, verification.verified());
    }
  }

  /** Ends {@link #run} early; what is in stays, and the next run goes on from there. Any thread. */
  public void stop() {
    stop.request();
  }

  private Map<BenchmarkTable, ChunkLoad> prepare(Ledger ledger)
      throws SQLException, DeploymentFailed, InterruptedException {
    Map<String, LedgerTables.Begun> before = ledger.begun();
    String storage = ledger.with(session -> guard(session, before).storageOfNewTables());
    for (BenchmarkTable table : check(ledger, before)) {
      stop.check();
      create(table, storage);
    }
    for (BenchmarkTable table : options.chosen()) {
      ledger.begin(table, options.scale(), options.chunks(table));
    }
    Map<String, LedgerTables.Begun> begun = ledger.begun();
    Map<BenchmarkTable, ChunkLoad> loads = new HashMap<>();
    for (BenchmarkTable table : options.chosen()) {
      String made = ledger.with(session -> guard(session, begun).storage(table));
      if (made == null) {
        throw new DeploymentFailed(
            "Table " + table + " was made and is not there: run-ddl reached another database.");
      }
      LedgerTables.Begun record = Objects.requireNonNull(begun.get(table.name()));
      loads.put(
          table,
          made.equals("heap")
              ? new TransactionalLoad(record.id())
              : new CheckedLoad(ledger, listener, stop));
    }
    return loads;
  }

  private void create(BenchmarkTable table, String storage)
      throws DeploymentFailed, InterruptedException {
    listener.step("creating " + table);
    try {
      target.ddl().run(table.create(storage), target.database());
    } catch (DeploymentFailed e) {
      // DDL ends with the same signal.
      stop.check();
      throw e;
    }
  }

  private TableGuard guard(Connection session, Map<String, LedgerTables.Begun> begun) {
    return new TableGuard(session, options.scale(), begun);
  }

  /** Nothing is changed before all tables are checked; returns those to be made. */
  private List<BenchmarkTable> check(Ledger ledger, Map<String, LedgerTables.Begun> begun)
      throws SQLException, DeploymentFailed, InterruptedException {
    List<BenchmarkTable> missing = new ArrayList<>();
    @Nullable Refused refused =
        ledger.with(session -> {
          missing.clear();
          TableGuard guard = guard(session, begun);
          try {
            guard.checkScale();
            for (BenchmarkTable table : options.chosen()) {
              guard.check(table, options.chunks(table));
              if (guard.storage(table) == null) {
                missing.add(table);
              }
            }
            return null;
          } catch (Refused e) {
            return e;
          }
        });
    if (refused != null) {
      throw refused;
    }
    return missing;
  }

  private IngestProgress load(Ledger ledger, Map<BenchmarkTable, ChunkLoad> loads)
      throws SQLException, DeploymentFailed, InterruptedException {
    double scale = options.scale().doubleValue();
    long total = 0;
    long before = 0;
    Stream<Chunk> missing = Stream.of();
    for (BenchmarkTable table : options.chosen()) {
      Map<Integer, Boolean> in = new HashMap<>();
      for (var chunk : ledger.chunks(table).entrySet()) {
        if (chunk.getValue().isPresent()) {
          in.put(chunk.getKey(), true);
          before += chunk.getValue().get().fingerprint().rows();
        }
      }
      total += table.estimatedRows(scale);
      missing =
          Stream.concat(
              missing,
              options.chunkSize().chunks(table, scale).stream()
                  .filter(chunk -> !in.containsKey(chunk.number())));
    }
    if (before > 0) {
      listener.message("Going on: %,d rows are in already.".formatted(before));
    }
    Meter meter = new Meter(listener, before, total);
    run(
        new Workers(
            missing.iterator(),
            data,
            (session, chunk) ->
                meter.loaded(
                    load(Objects.requireNonNull(loads.get(chunk.table())), session, chunk)),
            stop));
    return meter.progress();
  }

  private Chunk.Contents load(ChunkLoad load, DataSession session, Chunk chunk)
      throws SQLException, DeploymentFailed, InterruptedException {
    return options
        .retries()
        .run(
            chunk.toString(),
            listener,
            stop,
            () -> {
              stop.check();
              try {
                return load.load(session, chunk);
              } catch (SQLException e) {
                session.close();
                throw e;
              }
            });
  }

  private void run(Workers all) throws SQLException, DeploymentFailed, InterruptedException {
    try {
      all.run(options.jobs());
    } catch (SQLException | DeploymentFailed | InterruptedException | RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }
}
