package org.pgdeeplake.manager.postgres;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.pgdeeplake.manager.deployment.DeploymentFailed;
import org.pgdeeplake.manager.deployment.Instance;

/** Asks instances side by side, so that one that hangs delays nobody for longer than the limit. */
public final class Fleet {
  private Fleet() {}

  /** Runs on a thread of its own; an interrupt is the end of its time. */
  public interface Question<T> {
    T ask(Instance instance) throws Exception;
  }

  /** In the order of the instances; each has its own limit, from now on. */
  public static <T> List<Answer<T>> ask(
      List<Instance> instances, Duration limit, Question<T> question) throws InterruptedException {
    long deadline = System.nanoTime() + limit.toNanos();
    ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    try {
      List<Future<T>> futures = new ArrayList<>();
      for (Instance instance : instances) {
        futures.add(threads.submit(() -> question.ask(instance)));
      }
      List<Answer<T>> answers = new ArrayList<>();
      for (int i = 0; i < instances.size(); i++) {
        answers.add(await(instances.get(i), futures.get(i), deadline, limit));
      }
      return answers;
    } finally {
      // A virtual thread that is interrupted in a socket's read closes that socket.
      threads.shutdownNow();
    }
  }

  private static <T> Answer<T> await(
      Instance instance, Future<T> future, long deadline, Duration limit)
      throws InterruptedException {
    try {
      long left = Math.max(0, deadline - System.nanoTime());
      return new Answer.Given<>(instance, future.get(left, TimeUnit.NANOSECONDS));
    } catch (TimeoutException _) {
      return new Answer.Failed<>(instance, "no answer within " + limit.toSeconds() + " s");
    } catch (ExecutionException e) {
      return new Answer.Failed<>(
          instance,
          switch (e.getCause()) {
            case RuntimeException bug -> throw bug;
            case DeploymentFailed failed -> String.valueOf(failed.getMessage());
            case null -> e.toString();
            case Throwable failure -> PostgresAccess.reason(failure);
          });
    }
  }
}
