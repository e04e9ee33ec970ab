package org.pgdeeplake.manager.scale;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.pgdeeplake.manager.deployment.AfterStart;
import org.pgdeeplake.manager.deployment.DeploymentFailed;
import org.pgdeeplake.manager.deployment.Instance;
import org.pgdeeplake.manager.deployment.InstanceState;
import org.pgdeeplake.manager.deployment.LockFile;
import org.pgdeeplake.manager.deployment.Refused;
import org.pgdeeplake.manager.deployment.ScalableDeployment;
import org.pgdeeplake.manager.postgres.PostgresAccess;
import org.pgdeeplake.manager.proxy.ProxyAdmin;
import org.pgdeeplake.manager.terminal.Progress;

/**
 * Changes the number of instances: new ones are healthy before the proxy knows them, those that go
 * are drained first. What is there is looked at each time, so that after a manager that was killed
 * the same command again finishes.
 */
public final class Scaling {
  private final ScalableDeployment deployment;
  private final ScaleRequest request;
  private final Progress progress;
  private final ProxyServers proxy;
  private final Drain drain;
  private final StartUp startUp;

  /**
   * @param mayReload there are credentials for the proxy
   * @param interrupted whether the user wants it to end: it takes back what can be, and ends
   */
  public Scaling(
      ScalableDeployment deployment,
      PostgresAccess access,
      AfterStart afterStart,
      ProxyAdmin admin,
      boolean mayReload,
      ScaleRequest request,
      Progress progress,
      BooleanSupplier interrupted) {
    this.deployment = deployment;
    this.request = request;
    this.progress = progress;
    this.proxy = new ProxyServers(deployment, admin, mayReload, progress);
    this.drain = new Drain(deployment, access, progress, interrupted);
    this.startUp = new StartUp(deployment, afterStart, request.start(), progress, interrupted);
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
      startAgain(warnings);
      deployment.recordWanted(request.instances());
      return new Scaled(plan, warnings);
    }
  }

  /** An idle-watch may have been about to stop one when this began. */
  private void startAgain(List<String> warnings) throws DeploymentFailed, InterruptedException {
    ScalePlan left = plan();
    List<Instance> ended = new ArrayList<>();
    for (Instance instance : left.start()) {
      // An engine calls one starting until its own next look, though it was found healthy.
      if (!deployment.state(instance).mayAnswer()) {
        ended.add(instance);
      }
    }
    if (!ended.isEmpty()) {
      ended.forEach(i -> warnings.add(i.name() + " ended meanwhile and was started again"));
      grow(left.starting(ended), warnings);
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
    try {
      if (plan.image().isPresent()) {
        progress.step("fetching the image");
        deployment.fetchImage();
      }
      keepClientsFrom(plan);
      warnings.addAll(startUp.bring(plan.start(), joining));
      if (proxy.become(union(plan.defined(), plan.target()))) {
        proxy
            .awaitUp(joining)
            .forEach(i -> warnings.add("the proxy does not find " + i.name() + " up yet"));
      }
    } catch (DeploymentFailed e) {
      takeBack(plan, stack, e);
      throw new DeploymentFailed(
          e.getMessage()
              + System.lineSeparator()
              + "Nothing else has changed: the instances that"
              + " ran before serve on. Mend it, and give the same command again.",
          e);
    }
  }

  /** The proxy knows those that are only stopped, and would send clients before they are fit. */
  private void keepClientsFrom(ScalePlan plan) throws DeploymentFailed, InterruptedException {
    if (plan.defined().stream().anyMatch(plan.start()::contains)) {
      proxy.become(plan.defined().stream().filter(i -> !plan.start().contains(i)).toList());
    }
  }

  /** As it was: what did not exist goes, and what did not run is stopped. */
  private void takeBack(ScalePlan plan, FileChanges stack, DeploymentFailed cause)
      throws InterruptedException {
    List<Step> steps = new ArrayList<>();
    for (Instance instance : plan.start()) {
      progress.line("taking back " + instance.name());
      boolean defined = plan.defined().contains(instance);
      steps.add(() -> {
        if (defined) {
          deployment.stop(instance);
        } else {
          deployment.remove(instance);
        }
      });
    }
    steps.add(stack::takeBack);
    steps.add(() -> {
      if (!deployment.instances().equals(plan.defined())) {
        proxy.become(plan.defined());
      }
    });
    for (Step step : steps) {
      try {
        step.take();
      } catch (DeploymentFailed e) {
        cause.addSuppressed(e);
        progress.line("not taken back: " + e.getMessage());
      }
    }
  }

  private interface Step {
    void take() throws DeploymentFailed, InterruptedException;
  }

  /** Its sessions end first; where it is the only one, clients wait in the proxy meanwhile. */
  private void renew(ScalePlan plan, Instance instance, List<String> warnings)
      throws DeploymentFailed, InterruptedException {
    List<Instance> known = union(plan.defined(), plan.target());
    List<Instance> others = known.stream().filter(other -> !other.equals(instance)).toList();
    progress.step("renewing " + instance.name());
    proxy.become(others);
    try {
      warnings.addAll(drain.await(List.of(instance), request.drain()).warnings(Drain.Rest.CLOSED));
      var _ = deployment.recreate(instance);
      warnings.addAll(startUp.bring(List.of(), List.of(instance)));
    } catch (DeploymentFailed e) {
      String state = "It is out of the proxy; the others serve on.";
      if (deployment.unhealthy(instance).isEmpty()) {
        proxy.become(known);
        state = "It serves on.";
      } else if (others.isEmpty()) {
        state = "No instance runs, and clients wait.";
      }
      throw new DeploymentFailed(
          "%s: %s%n%s The same command with the former --image brings back what was."
              .formatted(instance.name(), e.getMessage(), state),
          e);
    }
    proxy.become(known);
    proxy.awaitUp(List.of(instance));
    progress.line(instance.name() + " is renewed");
  }

  private void shrink(ScalePlan plan, List<String> warnings)
      throws DeploymentFailed, InterruptedException {
    List<Instance> leaving = union(plan.stop(), plan.remove());
    boolean toZero = request.instances() == 0;
    List<Instance> staying = toZero ? List.of() : plan.target();
    if (!leaving.isEmpty() || !plan.defined().equals(plan.target())) {
      // New sessions wait in the proxy while there is no server, and wake one afterwards.
      proxy.become(staying);
      try {
        warnings.addAll(drain.await(leaving, request.drain()).warnings(Drain.Rest.CLOSED));
        stop(plan);
      } catch (DeploymentFailed e) {
        throw new DeploymentFailed(
            e.getMessage()
                + System.lineSeparator()
                + "What still runs goes on. Give the same command again to finish.",
            e);
      } finally {
        if (toZero) {
          // Without a list nobody is woken, so that it comes back whatever has happened.
          proxy.become(plan.target());
        }
      }
    }
    if (!toZero) {
      FileChanges.to(deployment.stackFiles(plan.target().size(), plan.image())).write();
    }
  }

  private void stop(ScalePlan plan) throws DeploymentFailed, InterruptedException {
    List<String> failures = new ArrayList<>();
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
        failures.add(instance.name() + ": " + e.getMessage());
      }
    }
    if (!failures.isEmpty()) {
      throw new DeploymentFailed(String.join(System.lineSeparator(), failures));
    }
  }

  private static List<Instance> union(List<Instance> one, List<Instance> other) {
    return Stream.concat(one.stream(), other.stream()).distinct().toList();
  }

  /** For people. */
  static String names(List<Instance> instances) {
    return String.join(", ", instances.stream().map(Instance::name).toList());
  }
}
