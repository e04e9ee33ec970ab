package org.pgdeeplake.proxy.support;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

/** A running PostgreSQL: its first process and that one's children. */
final class Postmaster {
  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final Set<Postmaster> RUNNING = ConcurrentHashMap.newKeySet();

  static {
    // A test run that is interrupted leaves no server behind.
    Runtime.getRuntime().addShutdownHook(new Thread(() -> RUNNING.forEach(Postmaster::killAll)));
  }

  private final Process process;

  private Postmaster(Process process) {
    this.process = process;
    RUNNING.add(this);
  }

  static Postmaster start(List<String> line, Path directory, Path log) {
    try {
      return new Postmaster(
          new ProcessBuilder(line)
              .directory(directory.toFile())
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
              .start());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  long pid() {
    return process.pid();
  }

  boolean running() {
    return process.isAlive();
  }

  /** Fast shutdown. */
  void interrupt() {
    Command.signal("INT", process.pid());
    awaitEnd(process.toHandle());
    RUNNING.remove(this);
  }

  /** SIGKILL to all, and waits until they are gone. */
  void kill() {
    List<ProcessHandle> all = processes();
    killAll();
    all.forEach(Postmaster::awaitEnd);
    RUNNING.remove(this);
  }

  /** The children first seen are killed after their parent: it can start no more then. */
  private void killAll() {
    List<ProcessHandle> children = process.descendants().toList();
    process.destroyForcibly();
    children.forEach(ProcessHandle::destroyForcibly);
  }

  void signalAll(String name) {
    processes().forEach(each -> Command.signal(name, each.pid()));
  }

  private List<ProcessHandle> processes() {
    return Stream.concat(Stream.of(process.toHandle()), process.descendants()).toList();
  }

  private static void awaitEnd(ProcessHandle process) {
    try {
      process.onExit().get(LIMIT.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw new AssertionError("process " + process.pid() + " does not end", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }
}
