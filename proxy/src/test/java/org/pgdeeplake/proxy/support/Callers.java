package org.pgdeeplake.proxy.support;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Clients that open a session, ask one question and leave, over and over, until close. Tells an
 * error that the proxy must hide, which is one before the server's first word, from a session that
 * its server took with it.
 */
public final class Callers implements AutoCloseable {
  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final String QUESTION = "show port";

  private final InetSocketAddress address;
  private final List<Thread> threads = new ArrayList<>();
  private final Queue<String> failures = new ConcurrentLinkedQueue<>();
  private final AtomicInteger interrupted = new AtomicInteger();
  private final Queue<String> answers = new ConcurrentLinkedQueue<>();
  private volatile boolean stopped;

  private Callers(InetSocketAddress address) {
    this.address = address;
  }

  public static Callers start(TestProxy proxy, int callers) {
    Callers all = new Callers(proxy.address());
    for (int i = 0; i < callers; i++) {
      all.threads.add(Thread.ofPlatform().name("caller-" + i).start(all::call));
    }
    return all;
  }

  /** Clients that failed although no server had taken them. */
  public List<String> failures() {
    return List.copyOf(failures);
  }

  /** Sessions that a server had taken and that ended with it. */
  public int interrupted() {
    return interrupted.get();
  }

  /** The ports of the servers that have answered so far. */
  public List<String> answers() {
    return List.copyOf(answers);
  }

  /** Waits for so many more answers. */
  public void awaitAnswers(int more) {
    int target = answers.size() + more;
    await("answers").atMost(LIMIT).until(() -> answers.size() >= target);
  }

  private void call() {
    while (!stopped) {
      callOnce();
    }
  }

  private void callOnce() {
    boolean taken = false;
    try (RawClient client = RawClient.open(address)) {
      client.send(RawClient.startup());
      RawClient.Message first = client.read();
      if (first == null || first.type() != 'R') {
        failures.add(String.valueOf(first));
        return;
      }
      taken = true;
      client.readUntil('Z');
      answers.add(client.value(QUESTION));
      client.send(RawClient.terminate());
    } catch (IOException | UncheckedIOException e) {
      if (taken) {
        interrupted.incrementAndGet();
      } else {
        failures.add(e.toString());
      }
    }
  }

  @Override
  public void close() {
    stopped = true;
    threads.forEach(thread -> {
      try {
        thread.join(LIMIT);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    });
  }
}
