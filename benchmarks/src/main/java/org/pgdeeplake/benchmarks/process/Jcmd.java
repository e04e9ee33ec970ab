package org.pgdeeplake.benchmarks.process;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.pgdeeplake.benchmarks.BenchFailed;

/** Asks other virtual machines; a JDK has the program for it, a JRE has not. */
public final class Jcmd {
  private static final Path PROGRAM = Path.of(System.getProperty("java.home"), "bin", "jcmd");

  private Jcmd() {}

  public static boolean present() {
    return Files.isExecutable(PROGRAM);
  }

  /** A full collection, so that what is used of the heap afterwards is what lives. */
  public static void collect(Child machine) throws BenchFailed, InterruptedException {
    if (!present()) {
      throw new BenchFailed("no " + PROGRAM + ": a JDK is needed, to ask for a collection");
    }
    Programs.output(List.of(PROGRAM.toString(), Long.toString(machine.pid()), "GC.run"));
  }
}
