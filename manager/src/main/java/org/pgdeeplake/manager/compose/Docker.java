package org.pgdeeplake.manager.compose;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.pgdeeplake.manager.deployment.DeploymentFailed;

/**
 * The docker program that the user has, with its contexts, its credentials and its Compose. No
 * secret is ever among its arguments. Any thread; calls block.
 *
 * @param project where it works: Compose finds its files there
 * @param environment of the manager, in which DOCKER_HOST and the like are
 */
record Docker(Path project, Map<String, String> environment) {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final int TOLD_LINES = 15;

  /** For an engine that has to fetch an image first. */
  static final Duration PULL_LIMIT = Duration.ofMinutes(30);

  /**
   * @param output stdout, stripped
   * @param errors stderr, stripped: warnings too, so that it is for people only
   */
  record Result(int exitCode, String output, String errors) {
    /** For people: logs and failures are on either. */
    String everything() {
      return (output + "\n" + errors).strip();
    }

    boolean ok() {
      return exitCode == 0;
    }
  }

  /** Returns the output. */
  String run(String... arguments) throws DeploymentFailed, InterruptedException {
    return run(LIMIT, arguments);
  }

  /**
   * @throws DeploymentFailed it failed, with the last lines that it wrote
   */
  String run(Duration limit, String... arguments) throws DeploymentFailed, InterruptedException {
    Result result = attempt(limit, arguments);
    if (!result.ok()) {
      throw new DeploymentFailed(
          "docker %s failed (exit code %d):%n%s"
              .formatted(
                  String.join(" ", arguments), result.exitCode(), tail(result.everything())));
    }
    return result.output();
  }

  /** For a command whose failure is an answer. */
  Result attempt(Duration limit, String... arguments)
      throws DeploymentFailed, InterruptedException {
    List<String> command = new ArrayList<>(List.of("docker"));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.directory(project.toFile());
    builder.redirectInput(new File("/dev/null"));
    builder.environment().clear();
    builder.environment().putAll(environment);
    Process process;
    try {
      process = builder.start();
    } catch (IOException e) {
      throw new DeploymentFailed(
          "cannot run docker: " + e.getMessage() + "; install it, or see --deployment", e);
    }
    try {
      CompletableFuture<String> output = read(process.getInputStream());
      CompletableFuture<String> errors = read(process.getErrorStream());
      if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
        throw new DeploymentFailed(
            "docker %s did not end within %d s"
                .formatted(String.join(" ", arguments), limit.toSeconds()));
      }
      return new Result(process.exitValue(), output.join(), errors.join());
    } finally {
      process.destroy();
    }
  }

  private static CompletableFuture<String> read(InputStream stream) {
    CompletableFuture<String> text = new CompletableFuture<>();
    // A thread of its own: `docker wait` would occupy one of a pool for as long as it waits.
    Thread.startVirtualThread(() -> {
      try {
        text.complete(new String(stream.readAllBytes(), StandardCharsets.UTF_8).strip());
      } catch (IOException e) {
        text.complete(String.valueOf(e.getMessage()));
      }
    });
    return text;
  }

  private static String tail(String output) {
    List<String> lines = output.lines().toList();
    return "  "
        + String.join("\n  ", lines.subList(Math.max(0, lines.size() - TOLD_LINES), lines.size()));
  }

  /** A record's own would print the environment. */
  @Override
  public String toString() {
    return "docker in " + project;
  }
}
