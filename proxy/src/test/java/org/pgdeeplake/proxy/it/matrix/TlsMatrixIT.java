package org.pgdeeplake.proxy.it.matrix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.pgdeeplake.proxy.it.matrix.Cell.ServerState;
import org.pgdeeplake.proxy.it.matrix.Oracle.Cause;
import org.pgdeeplake.proxy.it.matrix.Oracle.ExpectedError;
import org.pgdeeplake.proxy.it.matrix.Oracle.ExpectedRow;
import org.pgdeeplake.proxy.it.matrix.Outcome.Refused;
import org.pgdeeplake.proxy.it.matrix.Outcome.Row;
import org.pgdeeplake.proxy.support.NeedsProgram;
import org.pgdeeplake.proxy.support.TestTls;

// Rule: every client gets in every mode what the rules say, and docs/tls-matrix.md says the same.
@NeedsProgram("psql")
@Tag("long")
class TlsMatrixIT {
  private static final Path DOCUMENT = Path.of("../docs/tls-matrix.md");
  private static final int STANDS_AT_ONCE = 4;

  /** The psql whose words are in the document. */
  private static final int LIBPQ = 15;

  private static final Map<Cell, Seen> seen = new HashMap<>();

  @BeforeAll
  static void runAll(@TempDir Path directory) throws InterruptedException, ExecutionException {
    TestTls tls = TestTls.in(directory);
    List<Future<Map<Cell, Seen>>> parts = new ArrayList<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(STANDS_AT_ONCE)) {
      for (ProxyMode mode : ProxyMode.values()) {
        for (boolean serverTls : new boolean[] {false, true}) {
          for (List<ServerState> states :
              List.of(List.of(ServerState.NONE), List.of(ServerState.STARTING, ServerState.UP))) {
            parts.add(threads.submit(() -> Stand.run(mode, serverTls, states, tls)));
          }
        }
      }
    }
    for (Future<Map<Cell, Seen>> part : parts) {
      seen.putAll(part.get());
    }
  }

  @Test
  void everyCellIsAsTheRulesSay() {
    assertThat(seen.size()).isEqualTo(Client.all().size() * 4 * 2 * 3);
    SoftAssertions all = new SoftAssertions();
    seen.forEach((cell, what) -> check(all, cell, what));
    all.assertAll();
  }

  private static void check(SoftAssertions all, Cell cell, Seen what) {
    Oracle.Expected expected = Oracle.expect(cell);
    switch (expected) {
      case ExpectedRow(boolean client, boolean server) ->
          all.assertThat(what.outcome()).as("%s", cell).isEqualTo(new Row(client, server));
      case ExpectedError(Cause cause, _) ->
          all.assertThat(what.outcome())
              .as("%s", cell)
              .isInstanceOfSatisfying(
                  Refused.class, refused -> Words.check(all, cell, cause, refused));
    }
    if (cell.state() == ServerState.NONE) {
      all.assertThat(what.queued()).as("waits of %s", cell).isEqualTo(expected.waits());
      Duration least = Stand.QUEUE.multipliedBy(expected.waits());
      all.assertThat(what.took()).as("time of %s", cell).isBetween(least, least.plus(Stand.QUEUE));
    }
  }

  @Test
  void theDocumentSaysTheSame() throws IOException {
    int libpq = Psql.version();
    assumeThat(libpq).as("the document has the words of libpq %d", LIBPQ).isEqualTo(LIBPQ);
    String now = Document.of(seen, libpq);
    if (Boolean.getBoolean("tls.matrix.write")) {
      Files.writeString(DOCUMENT, now);
    }
    String committed = Files.exists(DOCUMENT) ? Files.readString(DOCUMENT) : "";
    List<String> lines = committed.lines().toList();
    assertThat(now.lines().filter(line -> !lines.contains(line)))
        .as("lines that docs/tls-matrix.md lacks; to write it anew: %s", Document.REWRITE)
        .isEmpty();
    assertThat(committed.equals(now))
        .as("docs/tls-matrix.md has no other lines; to write it anew: %s", Document.REWRITE)
        .isTrue();
  }
}
