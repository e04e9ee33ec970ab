package org.pgdeeplake.proxy.faults;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.pgdeeplake.proxy.support.Command;

/** What the kernel tells of a Java process of ours. */
final class ProcessFigures {
  private static final String JCMD =
      Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();

  private final long pid;

  ProcessFigures(long pid) {
    this.pid = pid;
  }

  private Path proc(String file) {
    return Path.of("/proc", String.valueOf(pid), file);
  }

  long rssBytes() {
    return 1024 * status("VmRSS:");
  }

  long threads() {
    return status("Threads:");
  }

  private long status(String field) {
    try (Stream<String> lines = Files.lines(proc("status"))) {
      return lines
          .filter(line -> line.startsWith(field))
          .map(line -> line.substring(field.length()).replace("kB", "").strip())
          .mapToLong(Long::parseLong)
          .findFirst()
          .orElseThrow(() -> new IllegalStateException(pid + " has no " + field));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** File descriptors that are open. */
  long fds() {
    try (Stream<Path> open = Files.list(proc("fd"))) {
      return open.count();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Has it collect all garbage, and waits for that.
   *
   * @return false if it could not be asked, as when no file descriptor is left
   */
  boolean collectGarbage() {
    return Command.of(JCMD, String.valueOf(pid), "GC.run").run().exitCode() == 0;
  }
}
