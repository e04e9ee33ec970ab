package org.pgdeeplake.manager.idle;

import java.net.URI;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.pgdeeplake.manager.demand.Demand;
import org.pgdeeplake.manager.demand.DemandListener;
import org.pgdeeplake.manager.demand.DemandStream;
import org.pgdeeplake.manager.deployment.AfterStart;
import org.pgdeeplake.manager.deployment.ControlledDeployment;
import org.pgdeeplake.manager.deployment.DeploymentFailed;
import org.pgdeeplake.manager.deployment.Instance;
import org.pgdeeplake.manager.deployment.Started;
import org.pgdeeplake.manager.postgres.PostgresAccess;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts instances at the first demand and stops them after an uninterrupted time without any. An
 * unknown demand is no demand of 0: nothing is stopped until the proxy is heard again, and then the
 * time begins anew.
 *
 * <p>Which instances there are is read anew whenever something is to be done, since {@code scale}
 * changes it. At demand there shall be so many as asked for, those with the lowest ordinals first.
 *
 * <p>Everything is decided on the thread that calls {@link #run}; the stream and the tasks that
 * start and stop, which block, only post to its mailbox.
 */
public final class IdleWatch {
  private static final Logger log = LoggerFactory.getLogger(IdleWatch.class);

  /** Between two questions to an instance that was busy; less if the idle time is shorter. */
  private static final Duration ASK_AGAIN = Duration.ofSeconds(10);

  /** While idle: an engine restarts what crashed, and people start what they want. */
  private static final Duration LOOK = Duration.ofMinutes(1);

  /** After an instance has ended by itself: by then an engine has restarted it. */
  private static final Duration LOOK_AFTER_EXIT = Duration.ofSeconds(5);

  private static final long NOTHING_DUE_NANOS = Duration.ofHours(1).toNanos();

  private sealed interface View {
    record Unknown() implements View {}

    record Wanted() implements View {}

    record Idle(long sinceNanos) implements View {}
  }

  /**
   * @param proxy its admin address
   * @param instances to be started at demand, if there are so many
   */
  public record Plan(URI proxy, IdleTime idle, int instances) {}

  private final ControlledDeployment deployment;
  private final Plan plan;
  private final Duration silenceLimit;
  private final Map<Instance, Watched> watched = new LinkedHashMap<>();
  private final BlockingQueue<Runnable> mailbox = new LinkedBlockingQueue<>();
  private final Tasks tasks;
  private final OtherManager other;

  /** Written by the watch's thread; read by a stopping task just before it acts. */
  private volatile View view = new View.Unknown();

  /** So many shall run while there is demand. */
  private int target;

  private boolean stopping;

  /** When to look whether something runs that nobody wants. */
  private long nextLookNanos = System.nanoTime() + LOOK.toNanos();

  public IdleWatch(
      ControlledDeployment deployment, PostgresAccess access, Plan plan, AfterStart afterStart) {
    this(deployment, access, plan, afterStart, DemandStream.SILENCE_LIMIT);
  }

  IdleWatch(
      ControlledDeployment deployment,
      PostgresAccess access,
      Plan plan,
      AfterStart afterStart,
      Duration silenceLimit) {
    this.deployment = deployment;
    this.plan = plan;
    this.silenceLimit = silenceLimit;
    this.other = new OtherManager(deployment);
    this.tasks = new Tasks(deployment, new Activity(access), afterStart, mailbox::add);
  }

  /** Returns after {@link #stop}. Instances that run then go on running. Once only. */
  public void run() throws DeploymentFailed, InterruptedException {
    refresh();
    target = Math.min(plan.instances(), watched.size());
    log.info(
        "Watching {} for {}; instances stop after {} without demand",
        plan.proxy(),
        watched.size() == 1
            ? watched.keySet().iterator().next().name()
            : watched.size() + " instances",
        plan.idle());
    try (DemandStream _ = new DemandStream(plan.proxy(), silenceLimit, new Posting())) {
      while (!stopping) {
        long limit = Math.min(nanosUntilDue(), OtherManager.PAUSE.toNanos());
        Runnable event = mailbox.poll(limit, TimeUnit.NANOSECONDS);
        if (event != null) {
          event.run();
        }
        reconcile();
      }
    } finally {
      tasks.close();
    }
  }

  /**
   * Takes over what runs and is not ours yet: left by a manager that was killed, or started by
   * {@code scale}. It must not run for ever.
   */
  private void refresh() throws DeploymentFailed {
    List<Instance> now = deployment.instances();
    watched.keySet().retainAll(now);
    for (Instance instance : now) {
      Watched known = watched.computeIfAbsent(instance, Watched::new);
      if (known.phase() == Watched.Phase.DOWN && tasks.isRunning(instance)) {
        start(known);
      }
    }
  }

  /** Any thread; returns at once. */
  public void stop() {
    mailbox.add(() -> stopping = true);
  }

  /** After {@link #run}: ends every instance, busy or not. Returns those that would not end. */
  public List<String> stopInstances() throws InterruptedException {
    return tasks.stopAll(List.copyOf(watched.values()));
  }

  private final class Posting implements DemandListener {
    @Override
    public void demand(Demand demand) {
      mailbox.add(() -> onDemand(demand));
    }

    @Override
    public void unknown(String reason) {
      mailbox.add(() -> onUnknown(reason));
    }
  }

  private void onDemand(Demand demand) {
    View before = view;
    if (before instanceof View.Unknown) {
      log.info("Following the demand of {}", plan.proxy());
    }
    if (demand.demand() > 0 || demand.waiting() > 0) {
      if (!(before instanceof View.Wanted)) {
        log.info("Demand {} ({} waiting)", demand.demand(), demand.waiting());
        refreshIfPossible();
      }
      view = new View.Wanted();
    } else if (!(before instanceof View.Idle)) {
      refreshIfPossible();
      if (watched.values().stream().anyMatch(instance -> instance.phase() != Watched.Phase.DOWN)) {
        log.info("No demand; instances stop in {} if none comes", plan.idle());
      }
      view = new View.Idle(System.nanoTime());
    }
  }

  /** With what is known already the watch goes on; what another manager does is seen at its end. */
  private void refreshIfPossible() {
    try {
      if (other.isAtWork()) {
        return;
      }
      refresh();
      int wanted = deployment.wanted().orElse(0);
      target = Math.min(Math.max(plan.instances(), wanted), watched.size());
    } catch (DeploymentFailed e) {
      log.warn("{}", e.getMessage());
    }
  }

  /** What it has started is wanted for the idle time at least, and what it has removed no more. */
  private void followOther() {
    try {
      if (other.isDone()) {
        refreshIfPossible();
        if (view instanceof View.Idle) {
          view = new View.Idle(System.nanoTime());
        }
      }
    } catch (DeploymentFailed e) {
      log.debug("the next demand says so again", e);
    }
  }

  private void onUnknown(String reason) {
    log.warn("Demand unknown: {}; instances stay as they are, trying again", reason);
    view = new View.Unknown();
  }

  private long nanosUntilDue() {
    long now = System.nanoTime();
    long least = NOTHING_DUE_NANOS;
    for (Watched instance : watched.values()) {
      least = Math.min(least, nanosUntilDue(instance, now));
    }
    return least;
  }

  /** 0 or less: something is to be done with this instance now. */
  private long nanosUntilDue(Watched instance, long now) {
    long allowed = instance.notBeforeNanos() - now;
    return switch (instance.phase()) {
      case DOWN -> view instanceof View.Wanted && active() < target ? allowed : NOTHING_DUE_NANOS;
      case UP ->
          view instanceof View.Idle(long since)
              ? Math.max(allowed, since + plan.idle().duration().toNanos() - now)
              : NOTHING_DUE_NANOS;
      case STARTING, STOPPING -> NOTHING_DUE_NANOS;
    };
  }

  private long active() {
    return watched.values().stream()
        .filter(instance ->
            instance.phase() == Watched.Phase.UP || instance.phase() == Watched.Phase.STARTING)
        .count();
  }

  /** Another manager's count is newer than what is known here. */
  private void recordNoneWanted() {
    try {
      if (!other.isAtWork() && !other.hasCounted()) {
        recordWanted(0);
      }
    } catch (DeploymentFailed e) {
      log.warn("{}", e.getMessage());
    }
  }

  private void recordWanted(int count) {
    try {
      deployment.recordWanted(count);
      other.counted(count);
    } catch (DeploymentFailed e) {
      log.warn("{}", e.getMessage());
    }
  }

  private void reconcile() {
    if (other.isLookDue() || nanosUntilDue() <= 0) {
      followOther();
    }
    lookWhileIdle();
    long now = System.nanoTime();
    for (Watched instance : watched.values()) {
      if (nanosUntilDue(instance, now) <= 0) {
        if (instance.phase() == Watched.Phase.DOWN) {
          if (active() == 0) {
            recordWanted(target);
          }
          start(instance);
        } else {
          stopUnlessBusy(instance);
        }
      }
    }
  }

  private void lookWhileIdle() {
    long now = System.nanoTime();
    if (!(view instanceof View.Idle) || now - nextLookNanos < 0) {
      return;
    }
    nextLookNanos = now + LOOK.toNanos();
    long before = active();
    refreshIfPossible();
    if (active() > before) {
      // It has its own time to be idle in.
      view = new View.Idle(now);
    }
  }

  private void start(Watched instance) {
    instance.starting();
    tasks.start(
        instance,
        started -> onStarted(instance, started),
        failure -> onStartFailed(instance, failure));
  }

  private void onStarted(Watched instance, Started started) {
    instance.started(started.pid());
    if (started.adopted()) {
      log.info("{} ran already (pid {}); taken over", instance.name(), started.pid());
    } else {
      log.info(
          "{} started in {} ms (pid {}, port {})",
          instance.name(),
          started.took().toMillis(),
          started.pid(),
          instance.instance().port());
    }
    var _ = started.exit().thenRun(() -> mailbox.add(() -> onExit(instance, started.pid())));
  }

  private void onStartFailed(Watched instance, String message) {
    Duration pause = instance.startFailed();
    log.error("{}{}Next attempt in {} ms", message, System.lineSeparator(), pause.toMillis());
  }

  private void onExit(Watched instance, long pid) {
    if (instance.isUpAs(pid)) {
      Duration pause = instance.died();
      nextLookNanos = System.nanoTime() + LOOK_AFTER_EXIT.toNanos();
      log.warn(
          "{} (pid {}) ended by itself; while there is demand it is started again, in {} ms",
          instance.name(),
          pid,
          pause.toMillis());
    }
  }

  private void stopUnlessBusy(Watched instance) {
    View decidedOn = view;
    instance.stopping();
    tasks.stopUnlessBusy(
        instance, () -> view.equals(decidedOn), ended -> onStopEnded(instance, ended));
  }

  private void onStopEnded(Watched instance, Tasks.StopEnded ended) {
    if (!ended.running()) {
      instance.stopped();
      if (ended.reason().isEmpty()) {
        log.info("{} stopped in {} ms, idle for {}", instance.name(), ended.millis(), plan.idle());
        if (active() == 0) {
          recordNoneWanted();
        }
      } else {
        log.warn("{} ended by itself", instance.name());
      }
      return;
    }
    Duration idle = plan.idle().duration();
    Duration pause = idle.compareTo(ASK_AGAIN) < 0 ? idle : ASK_AGAIN;
    if (instance.leftAlone(ended.reason(), pause)) {
      log.info("{} is left running: {}", instance.name(), ended.reason());
    }
  }
}
