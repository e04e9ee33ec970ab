package org.pgdeeplake.manager.idle;

import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.pgdeeplake.manager.deployment.Started;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Starts and stops instances, and tells what came of it. The watch's thread only. */
final class Moves {
  private static final Logger log = LoggerFactory.getLogger(Moves.class);

  /** Between two questions to an instance that was busy; less if the idle time is shorter. */
  private static final Duration ASK_AGAIN = Duration.ofSeconds(10);

  /** What the watch does about it, on its thread. */
  interface Listener {
    /** An instance has ended by itself. */
    void died();

    void stopped();
  }

  private final Tasks tasks;
  private final IdleTime idle;
  private final Consumer<Runnable> mailbox;
  private final Listener listener;

  Moves(Tasks tasks, IdleTime idle, Consumer<Runnable> mailbox, Listener listener) {
    this.tasks = tasks;
    this.idle = idle;
    this.mailbox = mailbox;
    this.listener = listener;
  }

  /**
   * What runs and is not ours yet: left by a manager that was killed, or started by {@code scale}.
   * It must not run for ever.
   */
  void takeOver(Watched instance) {
    if (instance.phase() == Watched.Phase.DOWN && tasks.isRunning(instance.instance())) {
      start(instance);
    }
  }

  void start(Watched instance) {
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
    var _ = started.exit().thenRun(() -> mailbox.accept(() -> onExit(instance, started.pid())));
  }

  private void onStartFailed(Watched instance, String message) {
    Duration pause = instance.startFailed();
    log.error("{}{}Next attempt in {} ms", message, System.lineSeparator(), pause.toMillis());
  }

  private void onExit(Watched instance, long pid) {
    if (instance.isUpAs(pid)) {
      Duration pause = instance.died();
      listener.died();
      log.warn(
          "{} (pid {}) ended by itself; while there is demand it is started again, in {} ms",
          instance.name(),
          pid,
          pause.toMillis());
    }
  }

  /**
   * @param stillIdle as {@link Tasks#stopUnlessBusy} asks it; any thread
   */
  void stopUnlessBusy(Watched instance, BooleanSupplier stillIdle) {
    instance.stopping();
    tasks.stopUnlessBusy(instance, stillIdle, ended -> onStopEnded(instance, ended));
  }

  private void onStopEnded(Watched instance, Tasks.StopEnded ended) {
    if (!ended.running()) {
      instance.stopped();
      if (ended.reason().isEmpty()) {
        log.info("{} stopped in {} ms, idle for {}", instance.name(), ended.millis(), idle);
        listener.stopped();
      } else {
        log.warn("{} ended by itself", instance.name());
      }
      return;
    }
    Duration pause = idle.duration().compareTo(ASK_AGAIN) < 0 ? idle.duration() : ASK_AGAIN;
    if (instance.leftAlone(ended.reason(), pause)) {
      log.info("{} is left running: {}", instance.name(), ended.reason());
    }
  }
}
