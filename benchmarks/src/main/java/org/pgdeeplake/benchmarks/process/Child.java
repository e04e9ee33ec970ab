package org.pgdeeplake.benchmarks.process;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.pgdeeplake.benchmarks.BenchFailed;

/** A program that runs until it is closed; what it says is in a file. */
public final class Child implements AutoCloseable {
  private static final int SHOWN = 2_000;

  private final String name;
  private final Process process;
  private final Path log;

  private Child(String name, Process process, Path log) {
    this.name = name;
    this.process = process;
    this.log = log;
  }

  public static Child start(
      String name, List<String> command, Path directory, Map<String, String> environment)
      throws BenchFailed {
    Path log = directory.resolve(name + ".log");
    try {
      ProcessBuilder builder =
          new ProcessBuilder(command)
              .directory(directory.toFile())
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
      builder.environment().putAll(environment);
      Process process = builder.start();
      Children.add(process);
      process.getOutputStream().close();
      return new Child(name, process, log);
    } catch (IOException e) {
      throw new BenchFailed("cannot start " + name + ": " + e.getMessage(), e);
    }
  }

  public long pid() {
    return process.pid();
  }

  public ProcessHandle handle() {
    return process.toHandle();
  }

  public boolean running() {
    return process.isAlive();
  }

  private String all() throws IOException {
    // It may be in the middle of a character.
    return new String(Files.readAllBytes(log), StandardCharsets.UTF_8);
  }

  /** All that it has said so far. */
  public List<String> lines() throws BenchFailed {
    try {
      return all().lines().toList();
    } catch (IOException e) {
      throw new BenchFailed("cannot read " + log + ": " + e.getMessage(), e);
    }
  }

  /** The end of what it said. */
  public String said() {
    try {
      String text = all().strip();
      return text.length() <= SHOWN ? text : "..." + text.substring(text.length() - SHOWN);
    } catch (IOException e) {
      return "(cannot read " + log + ": " + e.getMessage() + ")";
    }
  }

  /**
   * @throws BenchFailed it has ended, with its last words
   */
  public void requireRunning() throws BenchFailed {
    if (!running()) {
      throw new BenchFailed(
          "%s ended with exit code %d:%n%s".formatted(name, process.exitValue(), said()));
    }
  }

  @Override
  public void close() {
    Children.end(process);
  }
}
