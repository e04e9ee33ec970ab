// Who logs never waits; what cannot be written is counted; a change of the format loses no line.
package org.pgdeeplake.proxy.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.pgdeeplake.proxy.config.LogConfig;

class LineQueueTest {
  private final ByteArrayOutputStream written = new ByteArrayOutputStream();
  private final CountDownLatch read = new CountDownLatch(1);
  private final LoggerContext context = new LoggerContext();

  @AfterEach
  void stop() {
    read.countDown();
    context.stop();
  }

  @Test
  void whoeverDoesNotReadLosesLinesThatAreCounted() {
    LineQueue queue = queue(reader(true));
    int lines = 3 * LineQueue.CAPACITY;
    for (int i = 0; i < lines; i++) {
      context.getLogger("session").info("line {}", i);
    }
    assertThat(queue.dropped()).isBetween((long) LineQueue.CAPACITY, 2L * LineQueue.CAPACITY);

    long dropped = queue.dropped();
    read.countDown();
    queue.stop();
    assertThat(text().lines().filter(line -> line.startsWith("line ")).count() + dropped)
        .isEqualTo(lines);
    assertThat(Logging.of(context).dropped()).isEqualTo(dropped);
    assertThat(reported()).as("what is told is not dropped itself").isEqualTo(dropped);
  }

  @Test
  void whoeverHasGoneLosesLinesThatAreCounted() {
    LineQueue queue =
        queue(
            new OutputStream() {
              @Override
              public void write(int b) throws IOException {
                throw new IOException("Broken pipe");
              }
            });
    context.getLogger("session").info("line");
    await().until(() -> queue.dropped() == 1);
  }

  /** Nothing but what it was given counts, and what it lost is told once there is room. */
  @Test
  void aFullDiskThatHasRoomAgain() {
    AtomicInteger failures = new AtomicInteger();
    AtomicBoolean full = new AtomicBoolean(true);
    LineQueue queue =
        queue(
            new OutputStream() {
              @Override
              public void write(int b) throws IOException {
                write(new byte[] {(byte) b}, 0, 1);
              }

              @Override
              public void write(byte[] bytes, int offset, int length) throws IOException {
                if (full.get()) {
                  failures.incrementAndGet();
                  throw new IOException("No space left on device");
                }
                written.write(bytes, offset, length);
              }
            });
    context.getLogger("session").info("line");
    await("it has tried to tell of it, twice").until(() -> failures.get() >= 3);
    assertThat(queue.dropped()).isEqualTo(1);

    full.set(false);
    context.getLogger("session").info("next line");
    await().until(() -> reported() == 1);
    queue.stop();
    assertThat(text().lines()).hasSize(2).contains("next line");
  }

  @Test
  void theFormatChangesBetweenTwoLines() {
    LineQueue queue = queue(reader(false));
    Logging logging = Logging.of(context);
    int lines = 2000;
    for (int i = 0; i < lines; i++) {
      if (i % 100 == 0) {
        logging.apply(
            new LogConfig(
                LogConfig.Level.INFO,
                i % 200 == 0 ? LogConfig.Format.JSON : LogConfig.Format.TEXT,
                true));
      }
      context.getLogger("session").info("line {}", i);
    }
    queue.stop();
    List<String> seen = text().lines().toList();
    assertThat(seen).hasSize(lines).allMatch(line -> line.matches("line \\d+|\\{.*\"line \\d+\"}"));
  }

  @Test
  void whatIsHeldBackIsSummedUpAtTheEnd() {
    LineQueue queue = queue(reader(false));
    for (int i = 0; i < 1050; i++) {
      context.getLogger("org.pgdeeplake.Any").warn("{}: no", i);
    }
    queue.stop();
    assertThat(text().lines()).hasSize(51).last().asString().contains("repeated 1000 more times");
  }

  @Test
  void textOfOthersMakesNoLineOfItsOwn() {
    LineQueue queue = queue(reader(false));
    context.getLogger("org.pgdeeplake.Any").warn("user {}", "x\r\n2026 ERROR forged\u001b[31m");
    queue.stop();
    assertThat(text()).endsWith("WARN  user x  2026 ERROR forged [31m\n");
  }

  private long reported() {
    return Pattern.compile(
            "WARN  ([0-9]+) log lines dropped: whoever reads them is too slow, or has no room\n")
        .matcher(text())
        .results()
        .mapToLong(report -> Long.parseLong(report.group(1)))
        .sum();
  }

  private String text() {
    return written.toString(StandardCharsets.UTF_8);
  }

  private OutputStream reader(boolean waits) {
    return new OutputStream() {
      @Override
      public void write(int b) {
        write(new byte[] {(byte) b}, 0, 1);
      }

      @Override
      public void write(byte[] bytes, int offset, int length) {
        if (waits) {
          try {
            read.await();
          } catch (InterruptedException e) {
            throw new AssertionError(e);
          }
        }
        written.write(bytes, offset, length);
      }
    };
  }

  private LineQueue queue(OutputStream out) {
    LineQueue queue = new LineQueue(out);
    queue.setContext(context);
    queue.setName("test");
    queue.start();
    context.getLogger("ROOT").setLevel(Level.DEBUG);
    context.getLogger("ROOT").addAppender(queue);
    return queue;
  }
}
