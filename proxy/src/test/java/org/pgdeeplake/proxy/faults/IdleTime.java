package org.pgdeeplake.proxy.faults;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/** How idle this machine's processors are. Not thread-safe. */
final class IdleTime {
  private static final int IDLE = 3;
  private static final int WAITING_FOR_DISKS = 4;

  private long idle;
  private long all;

  IdleTime() {
    var _ = shareSinceLast();
  }

  /** 0 to 1, since it was asked last. */
  double shareSinceLast() {
    long[] ticks = ticks();
    long idleNow = ticks[IDLE] + ticks[WAITING_FOR_DISKS];
    long allNow = LongStream.of(ticks).sum();
    double share = allNow == all ? 1 : (double) (idleNow - idle) / (allNow - all);
    idle = idleNow;
    all = allNow;
    return share;
  }

  /** Of all processors, as the first line of /proc/stat has them: user, nice, system, idle, … */
  private static long[] ticks() {
    try (Stream<String> lines = Files.lines(Path.of("/proc/stat"))) {
      String first = lines.findFirst().orElseThrow();
      // The last two are in the first two already.
      return Stream.of(first.split(" +")).skip(1).limit(8).mapToLong(Long::parseLong).toArray();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
