package org.pgdeeplake.benchmarks.process;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.pgdeeplake.benchmarks.BenchFailed;

/** A program that is spoken with; its standard error is in a file. */
public final class PipedChild implements AutoCloseable {
  private final Process process;
  private final Path log;

  private PipedChild(Process process, Path log) {
    this.process = process;
    this.log = log;
  }

  public static PipedChild start(String name, List<String> command, Path directory)
      throws BenchFailed {
    Path log = directory.resolve(name + ".log");
    try {
      Process process =
          new ProcessBuilder(command)
              .directory(directory.toFile())
              .redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()))
              .start();
      Children.add(process);
      return new PipedChild(process, log);
    } catch (IOException e) {
      throw new BenchFailed("cannot start " + name + ": " + e.getMessage(), e);
    }
  }

  public Writer input() {
    return new OutputStreamWriter(process.getOutputStream(), StandardCharsets.US_ASCII);
  }

  public InputStream output() {
    return process.getInputStream();
  }

  public String said() {
    try {
      return Files.readString(log).strip();
    } catch (IOException e) {
      return "(cannot read " + log + ": " + e.getMessage() + ")";
    }
  }

  @Override
  public void close() {
    Children.end(process);
  }
}
