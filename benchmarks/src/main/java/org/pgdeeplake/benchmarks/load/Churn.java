package org.pgdeeplake.benchmarks.load;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/** Connect, one exchange, close, and again, for a time; some at once. */
final class Churn implements ClientSession.Owner {
  private final Connector connector;
  private final long end;
  private final LongAdder done = new LongAdder();
  private final LongAdder failed = new LongAdder();
  private final LongAdder nanos = new LongAdder();
  private final CountDownLatch running;

  private Churn(Connector connector, int width, long end) {
    this.connector = connector;
    this.end = end;
    this.running = new CountDownLatch(width);
  }

  static Answer run(Connector connector, int width, double seconds) throws InterruptedException {
    long began = System.nanoTime();
    Churn churn = new Churn(connector, width, began + (long) (seconds * 1e9));
    for (int i = 0; i < width; i++) {
      connector.connect(churn);
    }
    if (!churn.running.await((long) seconds + 60, TimeUnit.SECONDS)) {
      throw new IllegalStateException("connections hang");
    }
    double took = (System.nanoTime() - began) / 1e9;
    long count = churn.done.sum();
    return new Answer()
        .with("done", count)
        .with("failed", churn.failed.sum())
        .with("seconds", took)
        .with("handshake", count == 0 ? 0 : (double) connector.bytes().sum() / count)
        .with("micros", count == 0 ? 0 : churn.nanos.sum() / 1e3 / count);
  }

  @Override
  public void ready(ClientSession session) {
    nanos.add(System.nanoTime() - session.began());
    done.increment();
    session.end();
    again();
  }

  @Override
  public void lost(ClientSession session, String reason) {
    failed.increment();
    again();
  }

  private void again() {
    if (System.nanoTime() < end) {
      connector.connect(this);
    } else {
      running.countDown();
    }
  }
}
