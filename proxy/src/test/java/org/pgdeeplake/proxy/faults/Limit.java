package org.pgdeeplake.proxy.faults;

import java.util.List;
import java.util.stream.Stream;
import org.pgdeeplake.proxy.support.Command;

/** A soft limit of a process that runs (setrlimit(2)), set from outside until it is closed. */
final class Limit implements AutoCloseable {
  private final String option;
  private final long pid;
  private final String before;

  private Limit(String option, long pid) {
    this.option = option;
    this.pid = pid;
    this.before = prlimit(option, "--output=SOFT", "--noheadings").strip();
  }

  /** It can have so many open files. */
  static Limit openFiles(long pid, long most) {
    Limit limit = new Limit("--nofile", pid);
    limit.set(String.valueOf(most));
    return limit;
  }

  /** It can make no file longer, so that each write at an end fails with EFBIG. */
  static Limit noLongerFiles(long pid) {
    Limit limit = new Limit("--fsize", pid);
    limit.set("0");
    return limit;
  }

  private void set(String soft) {
    var _ = prlimit(option + "=" + soft + ":");
  }

  private String prlimit(String... words) {
    Command.Result result =
        Command.of(
                Stream.concat(Stream.of("prlimit", "--pid", String.valueOf(pid)), Stream.of(words))
                    .toList())
            .run();
    if (result.exitCode() != 0) {
      throw new IllegalStateException("prlimit " + List.of(words) + ": " + result.err());
    }
    return result.out();
  }

  @Override
  public void close() {
    set(before);
  }
}
