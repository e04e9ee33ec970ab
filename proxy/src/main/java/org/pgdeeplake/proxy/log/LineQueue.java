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

  /** Of the thread: what had been dropped when it last could say so. */
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
          write(batch, true);
        } else {
          write(batch, false);
        }
        batch.clear();
      }
      batch.addAll(repeats.endAll());
      write(batch, true);
    } catch (InterruptedException e) {
      addError("interrupted, lines are lost", e);
    }
  }

  /**
   * @param reports whether to say how many were dropped. What cannot be said is said later, and is
   *     no dropped line itself: a disk that stays full would be a reason for one each second.
   */
  private void write(List<ILoggingEvent> batch, boolean reports) {
    StringBuilder lines = new StringBuilder();
    int count = 0;
    for (ILoggingEvent event : batch) {
      int before = lines.length();
      if (event != END) {
        format.append(event, lines);
      }
      if (event == END || unheard(event)) {
        lines.setLength(before);
      } else {
        count++;
      }
    }
    long now = dropped();
    if (reports && now > reported) {
      format.append(report(now - reported), lines);
    }
    if (lines.isEmpty()) {
      return;
    }
    try {
      out.write(lines.toString().getBytes(StandardCharsets.UTF_8));
      out.flush();
      reported = reports ? now : reported;
    } catch (IOException e) {
      dropped.add(count);
    }
  }

  /** Past the queue: there it could be dropped, too. */
  private static ILoggingEvent report(long lines) {
    LoggingEvent report = new LoggingEvent();
    report.setLoggerName(LineQueue.class.getName());
    report.setLevel(Level.WARN);
    report.setInstant(Instant.now());
    report.setMessage(lines + " log lines dropped: whoever reads them is too slow, or has no room");
    return report;
  }
}
