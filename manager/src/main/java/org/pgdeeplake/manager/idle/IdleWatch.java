package org.pgdeeplake.manager.idle;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.pgdeeplake.manager.demand.Demand;
import org.pgdeeplake.manager.demand.DemandListener;
import org.pgdeeplake.manager.demand.DemandStream;
import org.pgdeeplake.manager.deployment.AfterStart;
import org.pgdeeplake.manager.deployment.ControlledDeployment;
import org.pgdeeplake.manager.deployment.DeploymentFailed;
import org.pgdeeplake.manager.postgres.PostgresAccess;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts instances at the first demand and stops them after an uninterrupted time without any. An
 * unknown demand is no demand of 0: nothing is stopped until the proxy is heard again, and then the
 * time begins anew.
 *
 * <p>Which instances there are and how many shall run is the {@link Roster}'s; how each start and
 * stop goes, that of {@link Moves}. Here is decided when.
 *
 * <p>Everything is decided on the thread that calls {@link #run}; the stream and the tasks that
 * start and stop, which block, only post to its mailbox.
 */
public final class IdleWatch {
  private static final Logger log = LoggerFactory.getLogger(IdleWatch.class);

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

  private final Plan plan;
  private final Duration silenceLimit;
  private final BlockingQueue<Runnable> mailbox = new LinkedBlockingQueue<>();
  private final Tasks tasks;
  private final Moves moves;
  private final Roster roster;

  /** Written by the watch's thread; read by a stopping task just before it acts. */
  private volatile View view = new View.Unknown();

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
    this.plan = plan;
    this.silenceLimit = silenceLimit;
    this.tasks = new Tasks(deployment, new Activity(access), afterStart, mailbox::add);
    this.moves = new Moves(tasks, plan.idle(), mailbox::add, new Moved());
    this.roster = new Roster(deployment, plan.instances(), moves::takeOver);
  }

  /** Returns after {@link #stop}. Instances that run then go on running. Once only. */
  public void run() throws DeploymentFailed, InterruptedException {
    roster.readFirst();
    log.info(
        "Watching {} for {}; instances stop after {} without demand",
        plan.proxy(),
        roster.summary(),
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

  /** Any thread; returns at once. */
  public void stop() {
    mailbox.add(() -> stopping = true);
  }

  /** After {@link #run}: ends every instance, busy or not. Returns those that would not end. */
  public List<String> stopInstances() throws InterruptedException {
    return tasks.stopAll(List.copyOf(roster.all()));
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

  private final class Moved implements Moves.Listener {
    @Override
    public void died() {
      nextLookNanos = System.nanoTime() + LOOK_AFTER_EXIT.toNanos();
    }

    @Override
    public void stopped() {
      roster.recordLast();
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
        roster.refreshIfPossible();
      }
      view = new View.Wanted();
    } else if (!(before instanceof View.Idle)) {
      roster.refreshIfPossible();
      if (!roster.isAllDown()) {
        log.info("No demand; instances stop in {} if none comes", plan.idle());
      }
      view = new View.Idle(System.nanoTime());
    }
  }

  private void onUnknown(String reason) {
    log.warn("Demand unknown: {}; instances stay as they are, trying again", reason);
    view = new View.Unknown();
  }

  private long nanosUntilDue() {
    long now = System.nanoTime();
    long least = NOTHING_DUE_NANOS;
    for (Watched instance : roster.all()) {
      least = Math.min(least, nanosUntilDue(instance, now));
    }
    return least;
  }

  /** 0 or less: something is to be done with this instance now. */
  private long nanosUntilDue(Watched instance, long now) {
    long allowed = instance.notBeforeNanos() - now;
    return switch (instance.phase()) {
      case DOWN ->
          view instanceof View.Wanted && !roster.isTargetMet() ? allowed : NOTHING_DUE_NANOS;
      case UP ->
          view instanceof View.Idle(long since)
              ? Math.max(allowed, since + plan.idle().duration().toNanos() - now)
              : NOTHING_DUE_NANOS;
      case STARTING, STOPPING -> NOTHING_DUE_NANOS;
    };
  }

  private void reconcile() {
    if (roster.isLookAtOtherDue() || nanosUntilDue() <= 0) {
      followOther();
    }
    lookWhileIdle();
    long now = System.nanoTime();
    for (Watched instance : roster.all()) {
      if (nanosUntilDue(instance, now) <= 0) {
        if (instance.phase() == Watched.Phase.DOWN) {
          roster.recordFirst();
          moves.start(instance);
        } else {
          View decidedOn = view;
          moves.stopUnlessBusy(instance, () -> view.equals(decidedOn));
        }
      }
    }
  }

  /** What it has started is wanted for the idle time at least, and what it has removed no more. */
  private void followOther() {
    if (roster.followOther() && view instanceof View.Idle) {
      view = new View.Idle(System.nanoTime());
    }
  }

  private void lookWhileIdle() {
    long now = System.nanoTime();
    if (!(view instanceof View.Idle) || now - nextLookNanos < 0) {
      return;
    }
    nextLookNanos = now + LOOK.toNanos();
    long before = roster.active();
    roster.refreshIfPossible();
    if (roster.active() > before) {
      // It has its own time to be idle in.
      view = new View.Idle(now);
    }
  }
}
