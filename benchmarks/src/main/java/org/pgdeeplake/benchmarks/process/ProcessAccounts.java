package org.pgdeeplake.benchmarks.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/**
 * What the kernel has in its accounts for a process and its descendants.
 *
 * @param cpuMicros user and system time, that of children that have ended and were waited for
 *     included; in steps of a clock tick, 10 ms
 * @param rssKib resident memory, shared pages counted for each process
 * @param pssKib the same with shared pages divided among those who share them
 */
public record ProcessAccounts(long cpuMicros, long rssKib, long pssKib) {
  /** USER_HZ, which is 100 on every architecture that Java runs on. */
  private static final long MICROS_PER_TICK = 10_000;

  /** Index of utime after the command's closing parenthesis: proc(5), fields 14 to 17. */
  private static final int UTIME = 11;

  /** Processor time only: reading memory takes the kernel long. */
  public static long cpuMicros(ProcessHandle root) {
    return tree(root).stream().mapToLong(ProcessAccounts::cpu).sum();
  }

  /** Of one processor: 100 is one that was busy all the time. */
  public static double percent(long cpuMicros, Duration time) {
    return cpuMicros * 1e5 / time.toNanos();
  }

  public static ProcessAccounts of(ProcessHandle root) {
    long cpu = 0;
    long rss = 0;
    long pss = 0;
    for (ProcessHandle process : tree(root)) {
      cpu += cpu(process);
      rss += kib(process, "Rss:");
      pss += kib(process, "Pss:");
    }
    return new ProcessAccounts(cpu, rss, pss);
  }

  private static List<ProcessHandle> tree(ProcessHandle root) {
    return Stream.concat(Stream.of(root), root.descendants()).toList();
  }

  /** 0 for one that is gone: its parent has its time then. */
  private static long cpu(ProcessHandle process) {
    try {
      String stat = Files.readString(Path.of("/proc", Long.toString(process.pid()), "stat"));
      // The command may contain spaces and parentheses.
      String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
      long ticks = 0;
      for (int i = UTIME; i < UTIME + 4; i++) {
        ticks += Long.parseLong(fields[i]);
      }
      return ticks * MICROS_PER_TICK;
    } catch (IOException _) {
      return 0;
    }
  }

  private static long kib(ProcessHandle process, String key) {
    Path file = Path.of("/proc", Long.toString(process.pid()), "smaps_rollup");
    try {
      for (String line : Files.readAllLines(file)) {
        if (line.startsWith(key)) {
          return Long.parseLong(line.replaceAll("[^0-9]", ""));
        }
      }
      return 0;
    } catch (IOException _) {
      return 0;
    }
  }
}
