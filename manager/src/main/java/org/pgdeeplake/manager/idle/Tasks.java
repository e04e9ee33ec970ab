package org.pgdeeplake.manager.idle;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.pgdeeplake.manager.deployment.AfterStart;
import org.pgdeeplake.manager.deployment.ControlledDeployment;
import org.pgdeeplake.manager.deployment.DeploymentFailed;
import org.pgdeeplake.manager.deployment.Instance;
import org.pgdeeplake.manager.deployment.Started;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starting and stopping, which block, each on a thread of its own. Results go to the watch's
 * mailbox and run on its thread.
 */
final class Tasks implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Tasks.class);

  /**
   * @param running it runs on
   * @param reason why it was left alone, or empty
   */
  record StopEnded(boolean running, String reason, long millis) {}

  private interface Task {
    void run() throws InterruptedException;
  }

  private final ControlledDeployment deployment;
  private final Activity activity;
  private final AfterStart afterStart;
  private final Consumer<Runnable> mailbox;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

  Tasks(
      ControlledDeployment deployment,
      Activity activity,
      AfterStart afterStart,
      Consumer<Runnable> mailbox) {
    this.deployment = deployment;
    this.activity = activity;
    this.afterStart = afterStart;
    this.mailbox = mailbox;
  }

  void start(Watched instance, Consumer<Started> onStarted, Consumer<String> onFailed) {
    submit(() -> {
      try {
        Optional<String> change = deployment.changeUnderWay();
        if (change.isPresent()) {
          throw new DeploymentFailed(instance.name() + " is not started: " + change.get());
        }
        Started started = deployment.start(instance.instance());
        mailbox.accept(() -> onStarted.accept(started));
        // What was restarted behind our back has what it was made with.
        if (!started.adopted() || instance.wasDown()) {
          complete(instance.instance());
        }
      } catch (DeploymentFailed e) {
        mailbox.accept(() -> onFailed.accept(String.valueOf(e.getMessage())));
      }
    });
  }

  /** Clients are served already, so that what fails is no failure of the start. */
  private void complete(Instance instance) throws InterruptedException {
    try {
      afterStart.complete(List.of(instance), log::info).forEach(log::warn);
    } catch (DeploymentFailed e) {
      log.warn("{}: {}", instance.name(), e.getMessage());
    }
  }

  /** {@code stillIdle} is asked last: demand may have come while the instance was asked. */
  void stopUnlessBusy(Watched instance, BooleanSupplier stillIdle, Consumer<StopEnded> onEnded) {
    submit(() -> {
      long began = System.nanoTime();
      Optional<String> against;
      try {
        against = stopUnless(instance.instance(), stillIdle);
      } catch (DeploymentFailed e) {
        against = Optional.of(String.valueOf(e.getMessage()));
      }
      StopEnded ended =
          new StopEnded(isRunning(instance.instance()), against.orElse(""), millisSince(began));
      mailbox.accept(() -> onEnded.accept(ended));
    });
  }

  /** Returns what spoke against it; empty: it has been stopped. */
  private Optional<String> stopUnless(Instance instance, BooleanSupplier stillIdle)
      throws DeploymentFailed, InterruptedException {
    Optional<String> change = deployment.changeUnderWay();
    if (change.isPresent()) {
      return change;
    }
    Optional<String> against = activity.against(instance);
    if (against.isEmpty() && !stillIdle.getAsBoolean()) {
      against = Optional.of("demand came");
    }
    if (against.isEmpty()) {
      deployment.stop(instance);
    }
    return against;
  }

  /** One that cannot be asked counts as running: nothing is started over it. */
  boolean isRunning(Instance instance) {
    try {
      return deployment.state(instance).mayAnswer();
    } catch (DeploymentFailed e) {
      log.warn("{}", e.getMessage());
      return true;
    }
  }

  /** Blocks; ends every instance, busy or not. Returns what those say that would not end. */
  List<String> stopAll(List<Watched> instances) throws InterruptedException {
    List<Callable<Optional<String>>> stops = new ArrayList<>();
    for (Watched instance : instances) {
      stops.add(() -> stop(instance));
    }
    List<String> failures = new ArrayList<>();
    try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
      for (Future<Optional<String>> result : executor.invokeAll(stops)) {
        result.resultNow().ifPresent(failures::add);
      }
    }
    return failures;
  }

  private Optional<String> stop(Watched instance) throws InterruptedException {
    if (!isRunning(instance.instance())) {
      return Optional.empty();
    }
    try {
      long began = System.nanoTime();
      deployment.stop(instance.instance());
      log.info("{} stopped in {} ms", instance.name(), millisSince(began));
      return Optional.empty();
    } catch (DeploymentFailed e) {
      return Optional.of(String.valueOf(e.getMessage()));
    }
  }

  /** A bug in a task must end the watch and not leave an instance in between for ever. */
  private void submit(Task task) {
    threads.execute(() -> {
      try {
        task.run();
      } catch (InterruptedException _) {
        // close(): whoever ends the watch stops the instances.
      } catch (RuntimeException e) {
        mailbox.accept(() -> {
          throw e;
        });
      }
    });
  }

  private static long millisSince(long began) {
    return Duration.ofNanos(System.nanoTime() - began).toMillis();
  }

  /** Interrupts what is under way and waits for its end. */
  @Override
  public void close() {
    threads.shutdownNow();
    threads.close();
  }
}
