package org.pgdeeplake.proxy.faults;

import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.core.ConditionTimeoutException;

/** A client that comes again and again, and each time does something else that its seed says. */
final class Guest implements AutoCloseable {
  private static final Duration LIMIT = Duration.ofSeconds(40);

  private final String name;
  private final Random random;
  private final boolean tls;
  private final Stage stage;
  private final AtomicInteger visits = new AtomicInteger();
  private final AtomicInteger whole = new AtomicInteger();
  private final Thread thread;
  private volatile boolean stopped;

  Guest(int number, long seed, Stage stage) {
    this.name = "guest-" + number;
    this.random = new Random(seed * 31 + number);
    this.tls = number % 2 == 1;
    this.stage = stage;
    this.thread = Thread.ofPlatform().daemon().name(name).start(this::run);
  }

  private void run() {
    while (!stopped) {
      Visit visit = new Visit(name + "-" + visits.incrementAndGet(), random, stage);
      if (visit.run(tls)) {
        whole.incrementAndGet();
      } else {
        awaitProxy();
      }
    }
  }

  /** While it is down there is nothing to be learnt from trying. */
  private void awaitProxy() {
    try {
      await().atMost(LIMIT).until(() -> stopped || stage.listens());
    } catch (ConditionTimeoutException e) {
      stage.checker().violation("the proxy does not listen within " + LIMIT.toSeconds() + " s");
    }
  }

  /** Sessions that went as planned. */
  int whole() {
    return whole.get();
  }

  /** Waits for one more than so many. */
  void awaitMoreThan(int before) {
    try {
      await().atMost(LIMIT).until(() -> whole.get() > before);
    } catch (ConditionTimeoutException e) {
      stage.checker().violation(name + " got no session within " + LIMIT.toSeconds() + " s");
    }
  }

  /** Ends after the session that it has. */
  @Override
  public void close() {
    stopped = true;
    try {
      if (!thread.join(LIMIT)) {
        stage.checker().violation(name + " does not end");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
