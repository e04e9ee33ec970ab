package org.pgdeeplake.proxy.support;

import io.netty.util.ResourceLeakDetector;
import io.netty.util.ResourceLeakDetectorFactory;
import io.netty.util.ResourceLeakTracker;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Fails the test class after which Netty finds a buffer that was never released. Registered for all
 * tests through META-INF/services.
 */
public final class LeakGate implements AfterAllCallback {
  /** Long enough for any collection; nobody waits for it but a broken one. */
  private static final long COLLECTION_MILLIS = 10_000;

  private static final Queue<String> leaks = new ConcurrentLinkedQueue<>();
  private static final List<ResourceLeakDetector<Object>> detectors = new CopyOnWriteArrayList<>();

  static {
    // Before Netty's classes make their detectors: this class is loaded before any test class.
    ResourceLeakDetectorFactory.setResourceLeakDetectorFactory(new RecordingFactory());
  }

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
    detectors.forEach(LeakGate::report);
    List<String> found = new ArrayList<>();
    for (String leak = leaks.poll(); leak != null; leak = leaks.poll()) {
      found.add(leak);
    }
    return found;
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

  /** A detector reports what it has found whenever something new is tracked. */
  private static void report(ResourceLeakDetector<Object> detector) {
    Object tracked = new Object();
    @Nullable ResourceLeakTracker<Object> tracker = detector.track(tracked);
    if (tracker != null) {
      tracker.close(tracked);
    }
  }

  private static final class RecordingFactory extends ResourceLeakDetectorFactory {
    @Override
    @SuppressWarnings("deprecation") // the only abstract method of its superclass
    public <T> ResourceLeakDetector<T> newResourceLeakDetector(
        Class<T> resource, int samplingInterval, long maxActive) {
      RecordingDetector<T> detector = new RecordingDetector<>(resource, samplingInterval);
      detectors.add(anyObject(detector));
      return detector;
    }

    @Override
    public <T> ResourceLeakDetector<T> newResourceLeakDetector(
        Class<T> resource, int samplingInterval) {
      return newResourceLeakDetector(resource, samplingInterval, Long.MAX_VALUE);
    }

    @SuppressWarnings("unchecked") // a detector never looks at what it tracks
    private static <T> ResourceLeakDetector<Object> anyObject(ResourceLeakDetector<T> detector) {
      return (ResourceLeakDetector<Object>) detector;
    }
  }

  private static final class RecordingDetector<T> extends ResourceLeakDetector<T> {
    RecordingDetector(Class<T> resource, int samplingInterval) {
      super(resource, samplingInterval);
    }

    @Override
    protected boolean needReport() {
      return true;
    }

    @Override
    protected void reportTracedLeak(String resourceType, String records) {
      leaks.add(resourceType + " never released" + records);
    }

    @Override
    protected void reportUntracedLeak(String resourceType) {
      leaks.add(resourceType + " never released, without a trace");
    }
  }
}
