package org.pgdeeplake.proxy.support;

import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** A program that runs beside the test, with an empty standard input. Ended by its pid in close. */
public final class Command implements AutoCloseable {
  /** No program here runs longer unless something hangs. */
  private static final Duration LIMIT = Duration.ofSeconds(60);

  /** Where Debian keeps the PostgreSQL programs that it does not put on the PATH. */
  private static final Path DEBIAN = Path.of("/usr/lib/postgresql");

  private final List<String> line;
  private final Process process;
  private final ByteArrayOutputStream outSoFar = new ByteArrayOutputStream();
  private final CompletableFuture<String> out;
  private final CompletableFuture<String> err;

  private Command(List<String> line, Process process) {
    this.line = line;
    this.process = process;
    this.out = reading(process.getInputStream(), outSoFar);
    this.err = reading(process.getErrorStream(), new ByteArrayOutputStream());
  }

  /** How a program ended. */
  public record Result(int exitCode, String out, String err) {}

  /** What {@link #start} starts. */
  public static final class Builder {
    private final List<String> line;
    private final Map<String, String> environment = new HashMap<>();
    private int openFiles;
    private @Nullable Path output;

    private Builder(List<String> line) {
      this.line = line;
    }

    public Builder env(String name, String value) {
      environment.put(name, value);
      return this;
    }

    /** So many and no more. */
    public Builder openFiles(int limit) {
      openFiles = limit;
      return this;
    }

    /** Standard output goes to the end of this file, and {@link Command#out} has nothing. */
    public Builder appendingTo(Path file) {
      output = file;
      return this;
    }

    public Command start() {
      List<String> found = new ArrayList<>(line);
      find(line.getFirst()).ifPresent(path -> found.set(0, path.toString()));
      if (openFiles > 0) {
        found.addAll(0, List.of("sh", "-c", "ulimit -n " + openFiles + "; exec \"$0\" \"$@\""));
      }
      ProcessBuilder builder = new ProcessBuilder(found);
      builder.redirectInput(new File("/dev/null"));
      if (output != null) {
        builder.redirectOutput(ProcessBuilder.Redirect.appendTo(output.toFile()));
      }
      builder.environment().keySet().removeIf(name -> name.startsWith("PG"));
      builder.environment().put("LC_ALL", "C.UTF-8");
      builder.environment().putAll(environment);
      try {
        return new Command(found, builder.start());
      } catch (IOException e) {
        throw new AssertionError("cannot run " + found, e);
      }
    }

    public Result run() {
      try (Command command = start()) {
        return command.await();
      }
    }
  }

  public static Builder of(String... line) {
    return new Builder(List.of(line));
  }

  public static Builder of(List<String> line) {
    return new Builder(List.copyOf(line));
  }

  /** The program of that name on the PATH or among Debian's PostgreSQL programs. */
  public static Optional<Path> find(String program) {
    List<Path> directories = new ArrayList<>();
    for (String entry : System.getenv().getOrDefault("PATH", "").split(File.pathSeparator, -1)) {
      directories.add(Path.of(entry));
    }
    if (Files.isDirectory(DEBIAN)) {
      try (DirectoryStream<Path> versions = Files.newDirectoryStream(DEBIAN)) {
        versions.forEach(version -> directories.add(version.resolve("bin")));
      } catch (IOException e) {
        throw new AssertionError(e);
      }
    }
    return directories.stream()
        .map(directory -> directory.resolve(program))
        .filter(Files::isExecutable)
        .findFirst();
  }

  /** Waits for the end and returns it. */
  public Result await() {
    return await(LIMIT);
  }

  public Result await(Duration limit) {
    try {
      if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
        close();
        throw new AssertionError(
            line + " did not end within " + limit + "\nout: " + text(out) + "\nerr: " + text(err));
      }
      return new Result(process.exitValue(), text(out), text(err));
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  public boolean running() {
    return process.isAlive();
  }

  /** What it has written to standard output so far. */
  public String out() {
    return outSoFar.toString(StandardCharsets.UTF_8);
  }

  public long pid() {
    return process.pid();
  }

  /** Sends a signal, as {@code INT}. */
  public void signal(String name) {
    signal(name, process.pid());
  }

  /** Sends a signal to a process that the caller started. */
  public static void signal(String name, long pid) {
    try {
      int _ = new ProcessBuilder("kill", "-" + name, String.valueOf(pid)).start().waitFor();
    } catch (IOException e) {
      throw new AssertionError("cannot run kill", e);
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  @Override
  public void close() {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
  }

  private static CompletableFuture<String> reading(InputStream stream, ByteArrayOutputStream read) {
    CompletableFuture<String> text = new CompletableFuture<>();
    Thread.ofVirtual()
        .start(() -> {
          try (stream) {
            stream.transferTo(read);
            text.complete(read.toString(StandardCharsets.UTF_8));
          } catch (IOException e) {
            text.complete("(cannot be read: " + e + ")");
          }
        });
    return text;
  }

  private static String text(CompletableFuture<String> text) throws InterruptedException {
    try {
      return text.get(5, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      return "(a child of the program still holds its output)";
    }
  }

  private static AssertionError interrupted(InterruptedException e) {
    Thread.currentThread().interrupt();
    return new AssertionError("interrupted", e);
  }
}
