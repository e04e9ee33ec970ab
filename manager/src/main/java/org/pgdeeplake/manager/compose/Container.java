package org.pgdeeplake.manager.compose;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.manager.deployment.DeploymentFailed;
import org.pgdeeplake.manager.deployment.InstanceState;

/**
 * One container as the engine knows it. Any thread; calls block.
 *
 * @param project whose container it has to be; null: whoever asks is in a container of the stack,
 *     and knows the project under another path than the engine
 */
record Container(Docker docker, String name, @Nullable Path project) {
  static final Duration ANSWER_LIMIT = Duration.ofSeconds(20);

  /** A template of Go's. */
  private static final String FORMAT =
      "{\"state\":{{json .State}},\"project\":{{json (index .Config.Labels"
          + " \"com.docker.compose.project.working_dir\")}}}";

  private static final ObjectMapper JSON = new ObjectMapper();

  boolean exists() throws DeploymentFailed, InterruptedException {
    return inspect().isPresent();
  }

  InstanceState state() throws DeploymentFailed, InterruptedException {
    return inspect().map(Container::state).orElse(InstanceState.of(InstanceState.Phase.MISSING));
  }

  /** Of its first process, on the host; 0 if it does not run. */
  long pid() throws DeploymentFailed, InterruptedException {
    return inspect().map(state -> state.path("Pid").asLong()).orElse(0L);
  }

  /** Docker's State; empty if there is no such container. */
  private Optional<JsonNode> inspect() throws DeploymentFailed, InterruptedException {
    Docker.Result result =
        docker.attempt(ANSWER_LIMIT, "container", "inspect", "--format", FORMAT, name);
    if (!result.ok()) {
      if (result.everything().toLowerCase(Locale.ROOT).contains("no such container")) {
        return Optional.empty();
      }
      throw new DeploymentFailed("docker does not answer: " + result.everything());
    }
    try {
      JsonNode container = JSON.readTree(result.output());
      requireOurs(container.path("project").asText());
      return Optional.of(container.path("state"));
    } catch (JsonProcessingException e) {
      throw new DeploymentFailed("docker's answer is no JSON: " + result.output(), e);
    }
  }

  /** Names are the engine's, and another project may have taken them. */
  private void requireOurs(String other) throws DeploymentFailed {
    if (project != null && !isSame(project, other)) {
      throw new DeploymentFailed(
          "the container %s belongs to %s, not to %s: name the right one with --project"
              .formatted(
                  name, other.isEmpty() ? "no Compose project" : "the project " + other, project));
    }
  }

  /** Docker keeps the path as it was given, which may have gone through a symbolic link. */
  private static boolean isSame(Path project, String other) {
    try {
      return Path.of(other).toRealPath().equals(project.toRealPath());
    } catch (IOException | InvalidPathException _) {
      return false;
    }
  }

  private static InstanceState state(JsonNode state) {
    int exitCode = state.path("ExitCode").asInt();
    String health = state.path("Health").path("Status").asText();
    return switch (state.path("Status").asText()) {
      case "running" ->
          health.equals("starting")
              ? InstanceState.of(InstanceState.Phase.STARTING)
              : new InstanceState(
                  InstanceState.Phase.RUNNING, health.equals("unhealthy") ? health : "");
      case "created" -> new InstanceState(InstanceState.Phase.MISSING, "never started");
      case "exited" -> {
        boolean killed = state.path("OOMKilled").asBoolean();
        yield exitCode == 0
            ? InstanceState.of(InstanceState.Phase.STOPPED)
            : new InstanceState(
                InstanceState.Phase.FAILED,
                "exited (%d)%s".formatted(exitCode, killed ? ", out of memory" : ""));
      }
      case String other ->
          new InstanceState(InstanceState.Phase.FAILED, "%s (%d)".formatted(other, exitCode));
    };
  }

  /** Completes when it ends, even if the engine starts it again at once. */
  CompletableFuture<?> exit() {
    CompletableFuture<Void> exit = new CompletableFuture<>();
    Thread.ofVirtual()
        .name("exit-of-" + name)
        .start(() -> {
          try {
            docker.attempt(Duration.ofDays(365), "wait", name);
          } catch (DeploymentFailed | InterruptedException _) {
            // The next look finds how it is.
          }
          exit.complete(null);
        });
    return exit;
  }

  /** The end of its log. */
  String lastWords() throws DeploymentFailed, InterruptedException {
    Docker.Result log = docker.attempt(ANSWER_LIMIT, "logs", "--tail", "15", name);
    return "the end of its log:%n  %s".formatted(log.everything().replace("\n", "\n  "));
  }
}
