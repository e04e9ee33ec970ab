package org.pgdeeplake.manager.ingest;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.pgdeeplake.manager.deployment.DeploymentFailed;

/** However a thread that loads ends: what it has not loaded does not count as done. */
class WorkersTest {
  private static final Connections NONE =
      () -> {
        throw new AssertionError("nobody needs a session");
      };

  private final IngestStop stop = new IngestStop();

  private Workers workers(Workers.Load load) {
    List<Chunk> chunks = new ChunkSize(1_000, 1 << 20).chunks(TpchSchema.ORDERS, 0.01);
    return new Workers(chunks.iterator(), NONE, load, stop);
  }

  @Test
  void anErrorOfAThreadIsTheEndOfAll() {
    AtomicInteger loaded = new AtomicInteger();
    Workers dying =
        workers((_, _) -> {
          if (loaded.incrementAndGet() == 2) {
            throw new OutOfMemoryError("Java heap space");
          }
        });
    assertThatThrownBy(() -> dying.run(2))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("OutOfMemoryError: Java heap space");
  }

  @Test
  void aStopIsNotTakenForTheFailureThatItBrings() {
    Workers stopped =
        workers((_, _) -> {
          stop.request();
          throw new java.sql.SQLException("canceling statement due to user request", "57014");
        });
    assertThatThrownBy(() -> stopped.run(1)).isInstanceOf(CancellationException.class);
  }

  @Test
  void aTableOfWhichChunksHaveNoRecordIsNotCompared() {
    IngestOptions options =
        new IngestOptions(
            BigDecimal.ONE, List.of("orders"), 1, new ChunkSize(1, 1), Retries.DEFAULT);
    Verification verification =
        new Verification(NONE, options, IngestProcess.toStandardOutput(), stop);
    Fingerprint some = Fingerprint.ofNothing(TpchSchema.ORDERS);
    Map<Integer, Optional<Chunk.Contents>> one =
        Map.of(1, Optional.of(new Chunk.Contents(some, 1, 2, 3)));
    assertThatThrownBy(() -> verification.verify(TpchSchema.ORDERS, 3, one))
        .isExactlyInstanceOf(DeploymentFailed.class)
        .hasMessage("Of table orders 1 of 3 chunks are in.");
  }
}
