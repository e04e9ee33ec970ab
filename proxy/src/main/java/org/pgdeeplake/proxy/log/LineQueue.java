package org.pgdeeplake.proxy.log;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.core.UnsynchronizedAppenderBase;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Marker;
import org.slf4j.MarkerFactory;

/**
 * Writes lines to standard output from a thread of its own. Whoever reads them may stop reading:
 * then lines are dropped and counted, since an event loop must not wait. Any thread.
 */
public final class LineQueue extends UnsynchronizedAppenderBase<ILoggingEvent> {
  static final int CAPACITY = 8192;
  private static final int BATCH = 256;
  private static final long SUM_UP_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final long FAREWELL_MILLIS = 2000;

  private static final Marker UNHEARD = MarkerFactory.getMarker("unheard");

  /** Wakes the thread up to see that it is to end. */
  private static final ILoggingEvent END = new LoggingEvent();

  private final OutputStream out;
  private final Repeats repeats = new Repeats(System::nanoTime);
  private final BlockingQueue<ILoggingEvent> queue = new ArrayBlockingQueue<>(CAPACITY);
  private final LongAdder dropped = new LongAdder();
  private volatile LineFormat format = LineFormat.TEXT;
  private @Nullable Thread thread;

  /** Of the thread: what was dropped when it last said so. */
  private long reported;

  /** For logback.xml. */
  public LineQueue() {
    this(new FileOutputStream(FileDescriptor.out));
  }

  LineQueue(OutputStream out) {
    this.out = out;
  }

  /** From the next line on that is written. */
  void format(LineFormat format) {
    this.format = format;
  }

  /** Lines that were lost. */
  long dropped() {
    return dropped.sum();
  }

  @Override
  public void start() {
    super.start();
    thread = Thread.ofPlatform().daemon().name("log-" + getName()).start(this::run);
  }

  /** Waits for a moment until what is queued is written. */
  @Override
  public void stop() {
    if (!isStarted()) {
      return;
    }
    super.stop();
    // If it is full the thread is not asleep.
    var _ = queue.offer(END);
    try {
      if (thread != null) {
        thread.join(FAREWELL_MILLIS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  protected void append(ILoggingEvent event) {
    boolean unheard = unheard(event);
    if (!unheard && !repeats.allow(event)) {
      return;
    }
    // Made now and kept by the event: what its arguments say may change.
    var _ = event.getFormattedMessage();
    if (!queue.offer(event) && !unheard) {
      dropped.increment();
    }
  }

  /** Of a rehearsed session: made to be in practice, and not for anybody to read. */
  private static boolean unheard(ILoggingEvent event) {
    return event.getMarkerList() != null && event.getMarkerList().contains(UNHEARD);
  }

  private void run() {
    List<ILoggingEvent> batch = new ArrayList<>(BATCH);
    long summedUp = System.nanoTime();
    try {
      while (isStarted() || !queue.isEmpty()) {
        ILoggingEvent first = queue.poll(SUM_UP_NANOS, TimeUnit.NANOSECONDS);
        if (first != null) {
          batch.add(first);
          queue.drainTo(batch, BATCH - 1);
        }
        if (System.nanoTime() - summedUp >= SUM_UP_NANOS) {
          summedUp = System.nanoTime();
          batch.addAll(repeats.ended());
          addDropped(batch);
        }
        write(batch);
        batch.clear();
      }
      batch.addAll(repeats.endAll());
      addDropped(batch);
      write(batch);
    } catch (InterruptedException e) {
      addError("interrupted, lines are lost", e);
    }
  }

  private void write(List<ILoggingEvent> batch) {
    StringBuilder lines = new StringBuilder();
    for (ILoggingEvent event : batch) {
      if (event != END) {
        int before = lines.length();
        format.append(event, lines);
        if (unheard(event)) {
          lines.setLength(before);
        }
      }
    }
    if (lines.isEmpty()) {
      return;
    }
    try {
      out.write(lines.toString().getBytes(StandardCharsets.UTF_8));
      out.flush();
    } catch (IOException e) {
      dropped.add(batch.size());
    }
  }

  /** Past the queue: there it could be dropped, too. */
  private void addDropped(List<ILoggingEvent> batch) {
    long now = dropped();
    if (now > reported) {
      LoggingEvent report = new LoggingEvent();
      report.setLoggerName(LineQueue.class.getName());
      report.setLevel(Level.WARN);
      report.setInstant(Instant.now());
      report.setMessage((now - reported) + " log lines dropped: whoever reads them is too slow");
      batch.add(report);
      reported = now;
    }
  }
}
