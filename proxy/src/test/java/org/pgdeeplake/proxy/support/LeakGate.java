package org.pgdeeplake.proxy.support;

import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.util.List;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Fails the test class after which Netty finds a buffer that was never released. Registered for all
 * tests through META-INF/services.
 */
public final class LeakGate implements AfterAllCallback {
  /** Long enough for any collection; nobody waits for it but a broken one. */
  private static final long COLLECTION_MILLIS = 10_000;

  @Override
  public void afterAll(ExtensionContext context) {
    if (context.getEnclosingTestClasses().isEmpty()) {
      check(context.getDisplayName());
    }
  }

  /**
   * @throws AssertionError where buffers have leaked since the last call
   */
  static void check(String where) {
    List<String> found = collect();
    if (!found.isEmpty()) {
      throw new AssertionError(
          found.size()
              + " leaks, found after "
              + where
              + " (of it or of a class before it):\n"
              + String.join("\n", found));
    }
  }

  /** Has all garbage found, and returns and forgets the leaks among it. */
  static List<String> collect() {
    awaitCollection();
    // References cleared by the first collection are all enqueued before those of the second.
    awaitCollection();
    return RecordingLeakDetector.take();
  }

  private static void awaitCollection() {
    ReferenceQueue<Object> queue = new ReferenceQueue<>();
    WeakReference<Object> garbage = new WeakReference<>(new Object(), queue);
    System.gc();
    try {
      if (!garbage.equals(queue.remove(COLLECTION_MILLIS))) {
        throw new AssertionError("System.gc() collects nothing: is it disabled?");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }
}
