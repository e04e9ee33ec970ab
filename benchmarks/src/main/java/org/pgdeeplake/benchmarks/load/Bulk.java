package org.pgdeeplake.benchmarks.load;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** One session that moves 64 MB again and again for a time, down (to the client) or up. */
final class Bulk implements ClientSession.Owner {
  private static final int PIECE = 64 << 20;

  private final boolean down;
  private final double seconds;
  private final CompletableFuture<Answer> answer = new CompletableFuture<>();
  private long began;
  private long bytes;

  private Bulk(boolean down, double seconds) {
    this.down = down;
    this.seconds = seconds;
  }

  static Answer run(Connector connector, boolean down, double seconds) throws Exception {
    Bulk bulk = new Bulk(down, seconds);
    connector.connect(bulk);
    return bulk.answer.get((long) seconds + 60, TimeUnit.SECONDS);
  }

  @Override
  public void ready(ClientSession session) {
    long now = System.nanoTime();
    if (began == 0) {
      began = now;
    } else {
      bytes += PIECE;
      double took = (now - began) / 1e9;
      if (took >= seconds) {
        session.end();
        answer.complete(new Answer().with("bytes", bytes).with("seconds", took));
        return;
      }
    }
    if (down) {
      session.down(PIECE);
    } else {
      session.up(PIECE);
    }
  }

  @Override
  public void lost(ClientSession session, String reason) {
    answer.completeExceptionally(new IllegalStateException(reason));
  }
}
