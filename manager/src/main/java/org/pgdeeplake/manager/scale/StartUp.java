package org.pgdeeplake.manager.scale;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.pgdeeplake.manager.deployment.AfterStart;
import org.pgdeeplake.manager.deployment.DeploymentFailed;
import org.pgdeeplake.manager.deployment.Instance;
import org.pgdeeplake.manager.deployment.ScalableDeployment;
import org.pgdeeplake.manager.postgres.Answer;
import org.pgdeeplake.manager.postgres.Fleet;
import org.pgdeeplake.manager.terminal.Progress;

/**
 * Makes instances fit for clients: running, with credentials, healthy, with the databases of the
 * others; in this order, since without credentials an instance may never be healthy.
 */
final class StartUp {
  private static final Duration POLL = Duration.ofMillis(300);

  /** Beside the time to become healthy: an image may have to be fetched first. */
  private static final Duration LAUNCH_LIMIT = Duration.ofMinutes(40);

  private final ScalableDeployment deployment;
  private final AfterStart afterStart;
  private final Duration limit;
  private final Progress progress;
  private final BooleanSupplier interrupted;

  /**
   * @param limit for an instance that runs to be healthy
   * @param interrupted whether the user wants it to end
   */
  StartUp(
      ScalableDeployment deployment,
      AfterStart afterStart,
      Duration limit,
      Progress progress,
      BooleanSupplier interrupted) {
    this.deployment = deployment;
    this.afterStart = afterStart;
    this.limit = limit;
    this.progress = progress;
    this.interrupted = interrupted;
  }

  /**
   * Side by side.
   *
   * @param starting of {@code joining} those that do not run; the others are looked at all the same
   * @return warnings
   */
  List<String> bring(List<Instance> starting, List<Instance> joining)
      throws DeploymentFailed, InterruptedException {
    if (joining.isEmpty()) {
      return List.of();
    }
    progress.step("starting " + Scaling.names(joining));
    List<String> warnings = new CopyOnWriteArrayList<>();
    List<Answer<Boolean>> answers =
        Fleet.ask(
            joining,
            limit.plus(LAUNCH_LIMIT),
            instance -> {
              if (starting.contains(instance)) {
                var _ = deployment.start(instance);
              }
              warnings.addAll(awaitFit(instance));
              return true;
            });
    List<String> failures = new ArrayList<>();
    for (Answer<Boolean> answer : answers) {
      if (answer instanceof Answer.Failed<Boolean> failed) {
        failures.add(failed.instance().name() + ": " + failed.reason());
      } else {
        progress.line(answer.instance().name() + " is healthy");
      }
    }
    if (!failures.isEmpty()) {
      throw new DeploymentFailed(String.join(System.lineSeparator(), failures));
    }
    progress.step("databases of " + Scaling.names(joining));
    List<String> missing = afterStart.databases(joining, progress::line);
    if (!missing.isEmpty()) {
      throw new DeploymentFailed(String.join(System.lineSeparator(), missing));
    }
    return warnings;
  }

  /** With its credentials, and healthy; returns warnings. */
  List<String> awaitFit(Instance instance) throws DeploymentFailed, InterruptedException {
    List<String> warnings = afterStart.credentials(List.of(instance), progress::line);
    long deadline = System.nanoTime() + limit.toNanos();
    while (true) {
      Optional<String> unhealthy = deployment.unhealthy(instance);
      if (unhealthy.isEmpty()) {
        return warnings;
      }
      if (interrupted.getAsBoolean()) {
        throw new DeploymentFailed("stopped by a signal before it was healthy");
      }
      if (System.nanoTime() - deadline > 0) {
        throw new DeploymentFailed(
            "is not healthy after %d s: %s%n%s"
                .formatted(
                    limit.toSeconds(),
                    unhealthy.get(),
                    String.join(
                        System.lineSeparator(), with(warnings, deployment.lastWords(instance)))));
      }
      progress.step("waiting for " + instance.name() + ": " + unhealthy.get());
      TimeUnit.NANOSECONDS.sleep(POLL.toNanos());
    }
  }

  private static List<String> with(List<String> warnings, String lastWords) {
    List<String> all = new ArrayList<>(warnings);
    all.add(lastWords);
    return all;
  }
}
