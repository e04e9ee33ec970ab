package org.pgdeeplake.manager.scale;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.pgdeeplake.manager.deployment.AfterStart;
import org.pgdeeplake.manager.deployment.DeploymentFailed;
import org.pgdeeplake.manager.deployment.Instance;
import org.pgdeeplake.manager.deployment.InstanceState;
import org.pgdeeplake.manager.deployment.LockFile;
import org.pgdeeplake.manager.deployment.Refused;
import org.pgdeeplake.manager.deployment.ScalableDeployment;
import org.pgdeeplake.manager.postgres.Answer;
import org.pgdeeplake.manager.postgres.Fleet;
import org.pgdeeplake.manager.postgres.PostgresAccess;
import org.pgdeeplake.manager.proxy.ProxyAdmin;
import org.pgdeeplake.manager.terminal.Progress;

/**
 * Changes the number of instances: new ones are healthy before the proxy knows them, those that go
 * are drained first. What is there is looked at each time, so that after a manager that was killed
 * the same command again finishes.
 */
public final class Scaling {
  private static final Duration POLL = Duration.ofMillis(300);

  private final ScalableDeployment deployment;
  private final AfterStart afterStart;
  private final ScaleRequest request;
  private final Progress progress;
  private final ProxyServers proxy;
  private final Drain drain;

  public Scaling(
      ScalableDeployment deployment,
      PostgresAccess access,
      AfterStart afterStart,
      ProxyAdmin admin,
      boolean mayReload,
      ScaleRequest request,
      Progress progress) {
    this.deployment = deployment;
    this.afterStart = afterStart;
    this.request = request;
    this.progress = progress;
    this.proxy = new ProxyServers(deployment, admin, mayReload, progress);
    this.drain = new Drain(access, progress);
  }

  /** Changes nothing, and waits for nobody. */
  public ScalePlan plan() throws DeploymentFailed, InterruptedException {
    if (request.image().isPresent() && !deployment.hasImages()) {
      throw new Refused("--image: instances of the local deployment have none");
    }
    List<Instance> defined = deployment.instances();
    List<Instance> existing = deployment.existing();
    boolean toZero = request.instances() == 0;
    List<Instance> target = toZero ? all(defined, existing) : deployment.upTo(request.instances());
    List<Instance> renew =
        request.image().isPresent() && !toZero
            ? existing.stream().filter(target::contains).toList()
            : List.of();
    List<Instance> start = new ArrayList<>();
    List<Instance> stop = new ArrayList<>();
    for (Instance instance : target) {
      boolean runs = deployment.state(instance).phase() == InstanceState.Phase.RUNNING;
      if (toZero && deployment.state(instance).mayAnswer()) {
        stop.add(instance);
      } else if (!toZero && !runs && !renew.contains(instance)) {
        start.add(instance);
      }
    }
    List<Instance> remove = existing.stream().filter(i -> !target.contains(i)).toList();
    List<String> difference =
        Stream.concat(
                FileChanges.to(deployment.stackFiles(target.size(), request.image()))
                    .difference()
                    .stream(),
                FileChanges.to(deployment.proxyFiles(target)).difference().stream())
            .toList();
    return new ScalePlan(defined, start, renew, stop, remove, target, request.image(), difference);
  }

  /** While all are being stopped none is in the list, and a manager that was killed left it so. */
  private List<Instance> all(List<Instance> defined, List<Instance> existing)
      throws DeploymentFailed {
    if (!defined.isEmpty()) {
      return defined;
    }
    int most = existing.stream().mapToInt(Instance::ordinal).max().orElse(1);
    return deployment.upTo(Math.max(most, deployment.wanted().orElse(1)));
  }

  /**
   * @param warnings what is done all the same and should be looked at
   */
  public record Scaled(ScalePlan plan, List<String> warnings) {}

  public Scaled carryOut() throws DeploymentFailed, InterruptedException {
    try (LockFile _ = deployment.lockForChange("scale " + request.instances())) {
      ScalePlan plan = plan();
      List<String> warnings = new ArrayList<>();
      grow(plan, warnings);
      for (Instance instance : plan.renew()) {
        renew(plan, instance, warnings);
      }
      shrink(plan, warnings);
      deployment.recordWanted(request.instances());
      return new Scaled(plan, warnings);
    }
  }

  private void grow(ScalePlan plan, List<String> warnings)
      throws DeploymentFailed, InterruptedException {
    List<Instance> joining = plan.joining();
    if (joining.isEmpty() && plan.renew().isEmpty()) {
      return;
    }
    // Those that will go stay defined until they are drained.
    int most =
        Stream.concat(plan.target().stream(), plan.remove().stream())
            .mapToInt(Instance::ordinal)
            .max()
            .orElse(0);
    FileChanges stack = FileChanges.to(deployment.stackFiles(most, plan.image()));
    stack.write();
    List<Instance> known = union(plan.defined(), plan.target());
    try {
      start(plan.start());
      level(joining, warnings);
      if (proxy.become(known)) {
        proxy
            .awaitUp(joining)
            .forEach(i -> warnings.add("the proxy does not find " + i.name() + " up yet"));
      }
    } catch (DeploymentFailed e) {
      takeBack(plan, stack);
      throw new DeploymentFailed(
          e.getMessage()
              + System.lineSeparator()
              + "Nothing else has changed: the instances that"
              + " ran before serve on. Mend it, and give the same command again.",
          e);
    }
  }

  private void start(List<Instance> instances) throws DeploymentFailed, InterruptedException {
    if (instances.isEmpty()) {
      return;
    }
    progress.step("starting " + names(instances));
    List<Answer<Boolean>> answers =
        Fleet.ask(
            instances,
            request.start(),
            instance -> {
              var _ = deployment.start(instance);
              awaitHealthy(instance);
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
  }

  private void awaitHealthy(Instance instance) throws DeploymentFailed, InterruptedException {
    long deadline = System.nanoTime() + request.start().toNanos();
    while (true) {
      var unhealthy = deployment.unhealthy(instance);
      if (unhealthy.isEmpty()) {
        return;
      }
      if (System.nanoTime() - deadline > 0) {
        throw new DeploymentFailed("is not healthy: " + unhealthy.get());
      }
      progress.step("waiting for " + instance.name() + ": " + unhealthy.get());
      TimeUnit.NANOSECONDS.sleep(POLL.toNanos());
    }
  }

  private void level(List<Instance> newcomers, List<String> warnings)
      throws DeploymentFailed, InterruptedException {
    if (!newcomers.isEmpty()) {
      progress.step("databases and credentials of " + names(newcomers));
      warnings.addAll(afterStart.complete(newcomers, progress::line));
    }
  }

  /** Only what this attempt has made: others may have been there in another state. */
  private void takeBack(ScalePlan plan, FileChanges stack)
      throws DeploymentFailed, InterruptedException {
    for (Instance instance : plan.start()) {
      if (!plan.defined().contains(instance)) {
        progress.line("removing " + instance.name());
        deployment.remove(instance);
      }
    }
    stack.takeBack();
  }

  /** Its sessions end first; where it is the only one, clients wait in the proxy meanwhile. */
  private void renew(ScalePlan plan, Instance instance, List<String> warnings)
      throws DeploymentFailed, InterruptedException {
    List<Instance> known = union(plan.defined(), plan.target());
    List<Instance> others = known.stream().filter(other -> !other.equals(instance)).toList();
    progress.step("renewing " + instance.name());
    proxy.become(others);
    try {
      warnSessions(drain.await(List.of(instance), request.drain()), instance.name(), warnings);
      var _ = deployment.recreate(instance);
      awaitHealthy(instance);
      level(List.of(instance), warnings);
    } catch (DeploymentFailed e) {
      throw new DeploymentFailed(
          "%s: %s%n%s"
              .formatted(
                  instance.name(),
                  e.getMessage(),
                  others.isEmpty()
                      ? "No instance runs, and clients wait: the same command with the former"
                          + " --image brings it back."
                      : "It is out of the proxy; the others serve on. The same command with the"
                          + " former --image brings it back."),
          e);
    }
    proxy.become(known);
    proxy.awaitUp(List.of(instance));
    progress.line(instance.name() + " runs " + plan.image().orElse(""));
  }

  private void shrink(ScalePlan plan, List<String> warnings)
      throws DeploymentFailed, InterruptedException {
    List<Instance> leaving = union(plan.stop(), plan.remove());
    List<Instance> staying = plan.stop().isEmpty() ? plan.target() : List.of();
    if (!leaving.isEmpty() || !plan.defined().equals(plan.target())) {
      // New sessions wait in the proxy while there is no server, and wake one afterwards.
      proxy.become(staying);
      warnSessions(drain.await(leaving, request.drain()), names(leaving), warnings);
      stop(plan);
    }
    if (request.instances() > 0) {
      FileChanges.to(deployment.stackFiles(plan.target().size(), plan.image())).write();
    } else if (!leaving.isEmpty()) {
      proxy.become(plan.target());
    }
  }

  private void stop(ScalePlan plan) throws DeploymentFailed, InterruptedException {
    Map<Instance, String> failures = new LinkedHashMap<>();
    for (Instance instance : union(plan.stop(), plan.remove())) {
      progress.step("stopping " + instance.name());
      try {
        if (plan.remove().contains(instance)) {
          deployment.remove(instance);
        } else {
          deployment.stop(instance);
        }
        progress.line(instance.name() + " is stopped");
      } catch (DeploymentFailed e) {
        failures.put(instance, String.valueOf(e.getMessage()));
      }
    }
    if (!failures.isEmpty()) {
      throw new DeploymentFailed(String.join(System.lineSeparator(), failures.values()));
    }
  }

  private static void warnSessions(long left, String names, List<String> warnings) {
    if (left > 0) {
      warnings.add(
          "%d session%s of %s did not end in time and %s closed"
              .formatted(left, left == 1 ? "" : "s", names, left == 1 ? "was" : "were"));
    }
  }

  private static List<Instance> union(List<Instance> one, List<Instance> other) {
    return Stream.concat(one.stream(), other.stream()).distinct().toList();
  }

  static String names(List<Instance> instances) {
    return String.join(", ", instances.stream().map(Instance::name).toList());
  }
}
