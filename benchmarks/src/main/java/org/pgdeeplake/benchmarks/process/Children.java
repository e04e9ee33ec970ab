package org.pgdeeplake.benchmarks.process;

import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Every process that this one has started and not yet ended. They end with it. Any thread. */
public final class Children {
  private static final Set<Process> RUNNING = ConcurrentHashMap.newKeySet();

  private static volatile boolean ending;

  private Children() {}

  static {
    Runtime.getRuntime().addShutdownHook(new Thread(Children::endAll, "end-children"));
  }

  static void add(Process process) {
    RUNNING.add(process);
    if (ending) {
      // Whoever has just started it did not know yet.
      end(process);
    }
  }

  /** Whether this process ends, and with it its children: they have not failed. */
  public static boolean ending() {
    return ending;
  }

  /** With all its descendants: SIGTERM, and after 5 s SIGKILL. */
  static void end(Process process) {
    List<ProcessHandle> tree = tree(process);
    process.destroy();
    try {
      if (!process.waitFor(5, TimeUnit.SECONDS)) {
        tree.forEach(ProcessHandle::destroyForcibly);
        process.waitFor();
      }
    } catch (InterruptedException _) {
      tree.forEach(ProcessHandle::destroyForcibly);
      Thread.currentThread().interrupt();
    }
    // What outlived its parent.
    tree.forEach(ProcessHandle::destroyForcibly);
    RUNNING.remove(process);
  }

  private static List<ProcessHandle> tree(Process process) {
    return Stream.concat(process.descendants(), Stream.of(process.toHandle())).toList();
  }

  /** Again is harmless. */
  public static void endAll() {
    ending = true;
    for (Process process : RUNNING) {
      process.destroy();
    }
    for (Process process : RUNNING) {
      end(process);
    }
  }
}
