package org.pgdeeplake.proxy.support;

import io.netty.util.ResourceLeakDetector;
import io.netty.util.ResourceLeakTracker;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * Netty's leak detector, which also remembers. Netty makes it itself, whatever test comes first:
 * {@code -Dio.netty.customResourceLeakDetector} names it.
 */
public final class RecordingLeakDetector<T> extends ResourceLeakDetector<T> {
  private static final Queue<String> leaks = new ConcurrentLinkedQueue<>();
  private static final List<RecordingLeakDetector<?>> detectors = new CopyOnWriteArrayList<>();

  public RecordingLeakDetector(Class<T> resource, int samplingInterval) {
    super(resource, samplingInterval);
    detectors.add(this);
  }

  /** Netty looks for this one too, and says in the log if it is not there. */
  public RecordingLeakDetector(Class<T> resource, int samplingInterval, long maxActive) {
    this(resource, samplingInterval);
  }

  /** Whether any of Netty's detectors is one of these. */
  static boolean installed() {
    return !detectors.isEmpty();
  }

  /** Returns and forgets the leaks among what has been collected so far. */
  static List<String> take() {
    detectors.forEach(RecordingLeakDetector::report);
    List<String> found = new ArrayList<>();
    for (String leak = leaks.poll(); leak != null; leak = leaks.poll()) {
      found.add(leak);
    }
    return found;
  }

  /** A detector reports what it has found whenever something new is tracked. */
  @SuppressWarnings("unchecked") // a detector never looks at what it tracks
  private void report() {
    Object tracked = new Object();
    @Nullable ResourceLeakTracker<T> tracker = track((T) tracked);
    if (tracker != null) {
      tracker.close((T) tracked);
    }
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
