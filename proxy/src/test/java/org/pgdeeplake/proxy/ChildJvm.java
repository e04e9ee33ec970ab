package org.pgdeeplake.proxy;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.pgdeeplake.proxy.log.QuickLogback;

/** A Java process with the class path of the tests; ended when closed. */
final class ChildJvm implements AutoCloseable {
  private static final Duration LIMIT = Duration.ofSeconds(30);

  private final Process process;
  private final Path output;

  /**
   * @param directory for its output
   */
  ChildJvm(Path directory, Map<String, String> environment, String main, String... args)
      throws IOException {
    // Whoever runs the tests may have turned signals off, and children inherit that.
    this("--default-signal=INT,HUP", directory, environment, main, args);
  }

  /** One for which {@code signal} is turned off, as nohup does. */
  static ChildJvm ignoring(String signal, Path directory, String main, String... args)
      throws IOException {
    return new ChildJvm("--ignore-signal=" + signal, directory, Map.of(), main, args);
  }

  private ChildJvm(
      String signals, Path directory, Map<String, String> environment, String main, String... args)
      throws IOException {
    output = directory.resolve("output");
    List<String> command =
        new ArrayList<>(
            List.of(
                "env",
                signals,
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx64m",
                "-XX:TieredStopAtLevel=1",
                // Not the configuration of the tests.
                "-Dslf4j.provider=" + QuickLogback.class.getName(),
                "-Dslf4j.internal.verbosity=WARN",
                "-cp",
                System.getProperty("java.class.path"),
                main));
    command.addAll(List.of(args));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().putAll(environment);
    process = builder.redirectErrorStream(true).redirectOutput(output.toFile()).start();
  }

  /** Of both streams, so far. */
  String output() {
    try {
      return Files.readString(output);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  void awaitOutput(String text) {
    await().atMost(LIMIT).until(this::output, out -> out.contains(text));
  }

  void signal(String name) throws IOException, InterruptedException {
    new ProcessBuilder("sh", "-c", "kill -" + name + " " + process.pid()).start().waitFor();
  }

  int awaitExit() {
    await().atMost(LIMIT).until(() -> !process.isAlive());
    return process.exitValue();
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
