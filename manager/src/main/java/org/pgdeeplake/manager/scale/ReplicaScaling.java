package org.pgdeeplake.manager.scale;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.pgdeeplake.manager.deployment.AfterStart;
import org.pgdeeplake.manager.deployment.DeploymentFailed;
import org.pgdeeplake.manager.deployment.Instance;
import org.pgdeeplake.manager.deployment.InstanceState;
import org.pgdeeplake.manager.deployment.Locked;
import org.pgdeeplake.manager.deployment.Refused;
import org.pgdeeplake.manager.deployment.ReplicaOrder;
import org.pgdeeplake.manager.deployment.Replicas;
import org.pgdeeplake.manager.deployment.ReplicatedDeployment;
import org.pgdeeplake.manager.postgres.PostgresAccess;
import org.pgdeeplake.manager.proxy.ProxyAdmin;
import org.pgdeeplake.manager.proxy.ProxyFailed;
import org.pgdeeplake.manager.terminal.Progress;

/**
 * Changes the number where a controller starts and ends instances: new ones get what the others
 * have before the proxy sends anybody there, those that go are drained before the controller hears
 * of it. What is there is looked at each time, so that the same command again finishes. One thread.
 */
public final class ReplicaScaling {
  private final ReplicatedDeployment deployment;
  private final AfterStart afterStart;
  private final ReplicaRequest request;
  private final Progress progress;
  private final ProxyDrain proxy;
  private final Drain drain;
  private final ReplicaWait wait;
  private final List<String> warnings = new ArrayList<>();

  /** Those that leave are ended, or may be: the order was given and not seen to have failed. */
  private boolean lowered;

  public ReplicaScaling(
      ReplicatedDeployment deployment,
      PostgresAccess access,
      AfterStart afterStart,
      ProxyAdmin admin,
      ReplicaRequest request,
      Progress progress) {
    this.deployment = deployment;
    this.afterStart = afterStart;
    this.request = request;
    this.progress = progress;
    this.proxy = new ProxyDrain(admin, progress);
    this.drain = new Drain(deployment, access, progress, () -> false);
    this.wait = new ReplicaWait(deployment, request.start(), progress);
  }

  /**
   * @param warnings what is done all the same and should be looked at
   */
  public record Scaled(ReplicaPlan plan, List<String> warnings) {}

  /** Changes nothing, and waits for nobody. */
  public Scaled plan() throws DeploymentFailed {
    ReplicaPlan plan = look();
    return new Scaled(plan, warnings);
  }

  private ReplicaPlan look() throws DeploymentFailed {
    Replicas now = deployment.replicas();
    List<String> difference = deployment.difference(request.order(), now);
    if (!(request.order() instanceof ReplicaOrder.Exactly(int count))) {
      if (now.autoscaler() == null) {
        throw new Refused(
            "no ScaledObject has %s as its target: there is nobody to hand back to"
                .formatted(now.owner()));
      }
      return new ReplicaPlan(now, List.of(), List.of(), List.of(), difference);
    }
    var autoscaler = now.autoscaler();
    if (autoscaler != null && count > autoscaler.most()) {
      warnings.add(
          "%d is beyond the %d of %s: the proxy may not look for so many"
              .formatted(count, autoscaler.most(), autoscaler.name()));
    }
    List<Instance> target = deployment.first(count);
    List<Instance> joining = new ArrayList<>();
    for (Instance instance : target) {
      if (deployment.state(instance).phase() != InstanceState.Phase.RUNNING) {
        joining.add(instance);
      }
    }
    List<Instance> leaving = new ArrayList<>();
    for (Instance instance : deployment.instances()) {
      if (!target.contains(instance) && !deployment.isGone(instance)) {
        leaving.add(instance);
      }
    }
    return new ReplicaPlan(now, joining, leaving, target, difference);
  }

  /** An interrupt ends it in order: what the proxy was told is taken back. */
  public Scaled carryOut() throws DeploymentFailed, InterruptedException {
    ReplicaPlan plan = look();
    if (!(request.order() instanceof ReplicaOrder.Exactly(int count))) {
      deployment.order(request.order(), plan.now());
      return new Scaled(plan, warnings);
    }
    try {
      if (count < plan.now().count()) {
        shrink(plan, count);
      } else {
        grow(plan, count);
      }
    } finally {
      takeBack(plan);
    }
    doubt(plan);
    return new Scaled(plan, warnings);
  }

  private void grow(ReplicaPlan plan, int count) throws DeploymentFailed, InterruptedException {
    hold(plan.joining());
    deployment.order(request.order(), plan.now());
    wait.untilCount(count);
    wait.untilReady(plan.target());
    // Those that run already may have been started by a manager that was killed since.
    if (!plan.target().isEmpty()) {
      progress.step("databases and credentials");
      warnings.addAll(afterStart.complete(plan.target(), progress::line));
    }
  }

  /** So that nobody gets to a new one before it has the databases of the others. */
  private void hold(List<Instance> joining) throws InterruptedException {
    if (joining.isEmpty() || !request.asksProxy()) {
      return;
    }
    try {
      proxy.order(joining);
    } catch (ProxyFailed e) {
      warnings.add(
          "sessions may have come to %s before they had the databases of the others: %s"
              .formatted(Scaling.names(joining), e.getMessage()));
    }
  }

  private void shrink(ReplicaPlan plan, int count) throws DeploymentFailed, InterruptedException {
    try {
      Replicas now = plan.now();
      if (request.asksProxy()) {
        drain(plan);
        now = deployment.replicas();
        if (!isOurs(now, plan.now())) {
          throw new Locked(
              "somebody else has scaled %s while sessions ended; nothing else has changed"
                  .formatted(now.owner()));
        }
      }
      lowered = true;
      deployment.order(request.order(), now);
    } catch (DeploymentFailed | InterruptedException e) {
      undo(plan.now(), e);
      throw e;
    }
    wait.untilCount(count);
    wait.untilGone(plan.leaving());
    for (Instance instance : plan.leaving()) {
      progress.line(instance.name() + " is gone");
    }
    wait.untilReady(plan.target());
  }

  /** While it lasts, an autoscaler keeps its hands off: it may be about to end others, or start. */
  private void drain(ReplicaPlan plan) throws DeploymentFailed, InterruptedException {
    long deadline = System.nanoTime() + request.drain().toNanos();
    try {
      proxy.order(plan.leaving());
      if (plan.now().autoscaler() != null) {
        deployment.order(new ReplicaOrder.Exactly(plan.now().count()), plan.now());
      }
      long left = proxy.await(request.drain());
      if (left > 0) {
        warnings.add(Drain.Rest.LEFT.words(left, Scaling.names(plan.leaving())));
      } else {
        // Who came past this proxy.
        long rest = Math.max(0, deadline - System.nanoTime());
        Drain.Left others = drain.await(plan.leaving(), Duration.ofNanos(rest));
        warnings.addAll(others.warnings(Drain.Rest.LEFT));
      }
    } catch (ProxyFailed e) {
      throw new DeploymentFailed(
          e.getMessage()
              + System.lineSeparator()
              + "Nothing has changed. --no-drain ends instances without asking the proxy; their"
              + " sessions have what the pods' preStop hook gives them, if there is one.",
          e);
    }
  }

  /** Still paused by us at the number that it had. */
  private static boolean isOurs(Replicas now, Replicas before) {
    var autoscaler = now.autoscaler();
    return autoscaler == null
        ? now.count() == before.count()
        : autoscaler.paused().equals(OptionalInt.of(before.count()));
  }

  /** What was done before the number was lowered, if it was not. */
  private void undo(Replicas before, Exception cause) {
    boolean interrupted = Thread.interrupted();
    try {
      Replicas now = deployment.replicas();
      if (isOurs(now, before)) {
        lowered = false;
        if (before.autoscaler() != null) {
          deployment.order(new ReplicaOrder.AsBefore(before), now);
        }
      }
    } catch (DeploymentFailed e) {
      cause.addSuppressed(e);
      progress.line("the autoscaler still has the orders of this command: " + e.getMessage());
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** An interrupt is for the steps before this one. */
  private void takeBack(ReplicaPlan plan) throws InterruptedException {
    boolean interrupted = Thread.interrupted();
    try {
      List<String> failures = proxy.takeBack(wait.ending(plan.leaving(), lowered));
      warnings.addAll(failures);
      failures.forEach(progress::line);
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private void doubt(ReplicaPlan plan) throws InterruptedException {
    if (!request.asksProxy() || plan.target().isEmpty()) {
      return;
    }
    try {
      warnings.addAll(proxy.doubts(plan.target()));
    } catch (ProxyFailed e) {
      Stream.of(String.valueOf(e.getMessage()))
          .filter(warning -> warnings.stream().noneMatch(said -> said.contains(warning)))
          .forEach(warnings::add);
    }
  }
}
