package org.pgdeeplake.benchmarks.load;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.benchmarks.BenchFailed;
import org.pgdeeplake.benchmarks.process.PipedChild;

/** A {@link LoadMain} in a process of its own, asked from here; one thread at a time. */
public final class LoadProcess implements AutoCloseable {
  private static final Duration ANSWER_MARGIN = Duration.ofMinutes(2);

  private final String role;
  private final PipedChild child;
  private final Writer commands;
  private final BufferedReader answers;

  private LoadProcess(String role, PipedChild child) {
    this.role = role;
    this.child = child;
    this.commands = child.input();
    this.answers =
        new BufferedReader(new InputStreamReader(child.output(), StandardCharsets.US_ASCII));
  }

  /**
   * @param role server or client
   */
  public static LoadProcess start(String role, Path directory) throws BenchFailed {
    List<String> command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx512m",
            "-XX:+UseSerialGC",
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-Dio.netty.leakDetection.level=disabled",
            "-cp",
            System.getProperty("java.class.path"),
            LoadMain.class.getName(),
            role);
    return new LoadProcess(role, PipedChild.start("load-" + role, command, directory));
  }

  /**
   * @param command and its arguments, as name=value
   */
  public Answer ask(String command) throws BenchFailed, InterruptedException {
    try {
      commands.write(command + "\n");
      commands.flush();
      String line = read();
      if (line == null || !line.startsWith("ok")) {
        throw new BenchFailed(
            "the load's %s failed at \"%s\": %s"
                .formatted(role, command, line == null ? child.said() : line));
      }
      return Answer.parse(line);
    } catch (IOException e) {
      throw new BenchFailed("the load's " + role + " has ended: " + child.said(), e);
    }
  }

  /** Its standard error: reasons of what failed. */
  public String said() {
    return child.said();
  }

  private @Nullable String read() throws BenchFailed, InterruptedException, IOException {
    CompletableFuture<@Nullable String> line = new CompletableFuture<>();
    Thread.startVirtualThread(() -> {
      try {
        line.complete(answers.readLine());
      } catch (IOException e) {
        line.completeExceptionally(e);
      }
    });
    try {
      return line.get(ANSWER_MARGIN.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      throw new BenchFailed(
          "the load's %s has not answered for %d s".formatted(role, ANSWER_MARGIN.toSeconds()), e);
    } catch (ExecutionException e) {
      throw new IOException(e.getCause());
    }
  }

  @Override
  public void close() {
    child.close();
  }
}
