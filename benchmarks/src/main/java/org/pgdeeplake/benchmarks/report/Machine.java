package org.pgdeeplake.benchmarks.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.stream.Stream;

/** The machine that a run was on; without its name. */
public record Machine(String cpu, int processors, String kernel, String memory) {
  public static Machine here() {
    return new Machine(
        value("/proc/cpuinfo", "model name"),
        Runtime.getRuntime().availableProcessors(),
        System.getProperty("os.version"),
        value("/proc/meminfo", "MemTotal"));
  }

  private static String value(String file, String key) {
    try (Stream<String> lines = Files.lines(Path.of(file))) {
      return lines
          .filter(line -> line.startsWith(key))
          .map(line -> line.substring(line.indexOf(':') + 1).strip())
          .findFirst()
          .orElse("unknown");
    } catch (IOException _) {
      return "unknown";
    }
  }

  /** For a file name, such as intel-xeon-2.9ghz-x2. */
  public String slug() {
    return cpu.toLowerCase(Locale.ROOT)
            .replaceAll("\\((r|tm)\\)|processor|cpu|@", " ")
            .replaceAll("[^a-z0-9.]+", "-")
            .replaceAll("^-|-$", "")
        + "-x"
        + processors;
  }

  /** Of the last 1, 5 and 15 minutes. */
  public static String loadAverage() {
    try {
      String[] words = Files.readString(Path.of("/proc/loadavg")).split(" ", -1);
      return String.join(" ", words[0], words[1], words[2]);
    } catch (IOException _) {
      return "unknown";
    }
  }
}
