package org.pgdeeplake.benchmarks.process;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.pgdeeplake.benchmarks.BenchFailed;

/** Programs of the machine. */
public final class Programs {
  private static final Path DEBIAN_POSTGRESQL = Path.of("/usr/lib/postgresql");

  private Programs() {}

  /**
   * On the PATH, or where Debian keeps daemons and PostgreSQL's programs, of which the newest is
   * taken.
   */
  public static Optional<Path> find(String name) {
    List<Path> places = new ArrayList<>(postgresqlPlaces());
    String path = Optional.ofNullable(System.getenv("PATH")).orElse("");
    for (String place : path.split(":", -1)) {
      if (!place.isEmpty()) {
        places.add(Path.of(place));
      }
    }
    places.add(Path.of("/usr/sbin"));
    return places.stream().map(p -> p.resolve(name)).filter(Files::isExecutable).findFirst();
  }

  private static List<Path> postgresqlPlaces() {
    List<Path> found = new ArrayList<>();
    if (Files.isDirectory(DEBIAN_POSTGRESQL)) {
      try (DirectoryStream<Path> versions = Files.newDirectoryStream(DEBIAN_POSTGRESQL)) {
        versions.forEach(found::add);
      } catch (IOException _) {
        // As if there were none.
      }
    }
    found.sort(Comparator.comparing((Path p) -> p.getFileName().toString()).reversed());
    return found.stream().map(p -> p.resolve("bin")).toList();
  }

  public static Path require(String name) throws BenchFailed {
    return find(name)
        .orElseThrow(() -> new BenchFailed(name + " is not installed: see benchmarks/run.sh"));
  }

  /**
   * The output of a program that ends by itself within 2 minutes, both streams.
   *
   * @throws BenchFailed its exit code was not 0, with what it said
   */
  public static String output(List<String> command) throws BenchFailed, InterruptedException {
    Result result = run(command);
    if (result.code() != 0) {
      throw new BenchFailed(
          "%s failed with exit code %d:%n%s"
              .formatted(String.join(" ", command), result.code(), result.output().strip()));
    }
    return result.output();
  }

  /**
   * @param output both streams
   */
  public record Result(int code, String output) {}

  public static Result run(List<String> command) throws BenchFailed, InterruptedException {
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      Children.add(process);
      try {
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!process.waitFor(2, TimeUnit.MINUTES)) {
          throw new BenchFailed(command.getFirst() + " does not end");
        }
        return new Result(process.exitValue(), output);
      } finally {
        Children.end(process);
      }
    } catch (IOException e) {
      throw new BenchFailed("cannot run " + command.getFirst() + ": " + e.getMessage(), e);
    }
  }
}
