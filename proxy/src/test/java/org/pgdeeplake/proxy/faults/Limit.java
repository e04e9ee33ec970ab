package org.pgdeeplake.proxy.faults;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.pgdeeplake.proxy.support.Command;

/** How many files a process that runs may open: RLIMIT_NOFILE, set from outside. */
final class Descriptors {
  private final long pid;
  private final String before;

  Descriptors(long pid) {
    this.pid = pid;
    this.before = limit("--output=SOFT", "--noheadings").strip();
  }

  /** So many more than it has now, and no more. */
  void leave(int more) throws IOException {
    try (Stream<Path> open = Files.list(Path.of("/proc", String.valueOf(pid), "fd"))) {
      set(String.valueOf(open.count() + more));
    }
  }

  void restore() {
    set(before);
  }

  private void set(String soft) {
    var _ = limit("--nofile=" + soft + ":");
  }

  private String limit(String... words) {
    boolean asks = words.length > 1;
    String[] line =
        Stream.concat(
                Stream.of("prlimit", "--pid", String.valueOf(pid)),
                Stream.concat(asks ? Stream.of("--nofile") : Stream.empty(), Stream.of(words)))
            .toArray(String[]::new);
    Command.Result result = Command.of(line).run();
    if (result.exitCode() != 0) {
      throw new IllegalStateException(String.join(" ", line) + ": " + result.err());
    }
    return result.out();
  }
}
