package org.pgdeeplake.benchmarks;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A command as users call it, whose files are all in a directory of the test: what it says, and
 * what it writes while it runs.
 *
 * @param prefix of the command
 * @param program below the project's root
 */
record Launched(List<String> prefix, String program, Path directory) {
  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
  private static final long LIMIT_MINUTES = 10;

  Launched(String program, Path directory) {
    this(List.of(), program, directory);
  }

  /** In which no process may have more files open than that. */
  Launched withFiles(int most) {
    return new Launched(List.of("prlimit", "--nofile=" + most), program, directory);
  }

  record Ended(int code, String output, String errors) {}

  Process start(String... arguments) throws IOException {
    List<String> command = new ArrayList<>(prefix);
    command.add(ROOT.resolve(program).toString());
    command.addAll(List.of(arguments));
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectOutput(directory.resolve("out").toFile())
            .redirectError(directory.resolve("err").toFile());
    builder.environment().put("PG_BENCHMARKS_NO_INSTALL", "1");
    // Where a run has its files, so that nothing of another run is taken for this one's.
    builder.environment().put("JAVA_TOOL_OPTIONS", "-Djava.io.tmpdir=" + directory);
    return builder.start();
  }

  Ended run(String... arguments) throws IOException, InterruptedException {
    return await(start(arguments));
  }

  /** Fails if it does not end by itself. */
  Ended await(Process process) throws IOException, InterruptedException {
    if (!process.waitFor(LIMIT_MINUTES, TimeUnit.MINUTES)) {
      process.destroyForcibly();
      throw new AssertionError(
          "%s has not ended within %d min:%n%s%s"
              .formatted(program, LIMIT_MINUTES, output(), errors()));
    }
    return new Ended(process.exitValue(), output(), errors());
  }

  String output() throws IOException {
    return text("out");
  }

  String errors() throws IOException {
    return text("err");
  }

  private String text(String name) throws IOException {
    return Files.readString(directory.resolve(name), StandardCharsets.UTF_8);
  }

  /** What runs have in the temporary directory and should have removed. */
  List<Path> left() throws IOException {
    try (Stream<Path> all = Files.list(directory)) {
      return all.filter(path -> path.getFileName().toString().startsWith("pg-benchmarks")).toList();
    }
  }
}
