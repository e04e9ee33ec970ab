package org.pgdeeplake.proxy;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.proxy.config.ConfigException;
import org.pgdeeplake.proxy.config.ConfigReader;
import org.pgdeeplake.proxy.metrics.Metrics;
import org.pgdeeplake.proxy.operation.Caller;
import org.pgdeeplake.proxy.operation.ReloadResult;
import org.pgdeeplake.proxy.operation.ReloadResult.Applied;
import org.pgdeeplake.proxy.operation.ReloadResult.Refused;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads the configuration again, on a thread of its own, one time after the other. Any thread. */
final class Reloads implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Reloads.class);

  private static final String HALF_APPLIED = "a part of the new configuration may run by now";
  private static final ReloadResult INTERNAL_ERROR = new Refused(List.of("internal error"));

  private final @Nullable Path file;
  private final Assembly assembly;
  private final Metrics metrics;
  private final ScheduledExecutorService thread;

  /** The one that has not begun: whoever asks now has it in common with who asked before. */
  @GuardedBy("this")
  private @Nullable CompletableFuture<ReloadResult> next;

  /**
   * @param thread of {@link #newThread}; ends with this
   * @param file null: there is nothing to read again
   */
  Reloads(
      ScheduledExecutorService thread, @Nullable Path file, Assembly assembly, Metrics metrics) {
    this.thread = thread;
    this.file = file;
    this.assembly = assembly;
    this.metrics = metrics;
  }

  static ScheduledExecutorService newThread() {
    return Executors.newSingleThreadScheduledExecutor(
        task -> Thread.ofPlatform().name("reload").daemon().unstarted(task));
  }

  /** Returns at once. What comes of it is logged, too. */
  synchronized CompletableFuture<ReloadResult> request(Caller caller) {
    CompletableFuture<ReloadResult> waiting = next;
    if (waiting == null) {
      CompletableFuture<ReloadResult> begun = new CompletableFuture<>();
      try {
        thread.execute(() -> run(begun));
      } catch (RejectedExecutionException _) {
        return CompletableFuture.completedFuture(
            new Refused(List.of("the proxy is shutting down")));
      }
      waiting = begun;
      next = begun;
    }
    log.info("{}: reload of {}", caller, file == null ? "the configuration" : file);
    // Who cancels does so for himself.
    return waiting.copy();
  }

  private void run(CompletableFuture<ReloadResult> begun) {
    synchronized (this) {
      next = null;
    }
    ReloadResult result = INTERNAL_ERROR;
    try {
      result = reload();
      metrics.reloaded(result instanceof Applied);
    } finally {
      // In any case: somebody waits for it.
      begun.complete(result);
    }
  }

  private ReloadResult reload() {
    if (file == null) {
      return refused(List.of("this proxy was not started from a file"));
    }
    try {
      return applied(assembly.apply(ConfigReader.load(file)));
    } catch (ConfigException e) {
      return refused(e.getMessage().lines().toList());
    } catch (StartException e) {
      return refused(e.problems());
    } catch (HalfAppliedException e) {
      log.error("reload failed half-way: {}; restart the proxy", HALF_APPLIED, e.getCause());
      return new Refused(List.of("internal error: " + e.getCause(), HALF_APPLIED));
    } catch (RuntimeException | Error e) {
      log.error("internal error in a reload", e);
      return refused(List.of("internal error: " + e));
    }
  }

  private static ReloadResult applied(List<String> changes) {
    log.info(
        "reload applied: {}",
        changes.isEmpty() ? "nothing has changed" : count(changes.size(), "change"));
    changes.forEach(change -> log.info("reload: {}", change));
    return new Applied(changes);
  }

  private static ReloadResult refused(List<String> problems) {
    log.error(
        "reload refused, everything runs on as before: {}", count(problems.size(), "problem"));
    problems.forEach(problem -> log.error("reload: {}", problem));
    return new Refused(problems);
  }

  private static String count(int number, String noun) {
    return number + " " + noun + (number == 1 ? "" : "s");
  }

  /** One that runs goes on to its end. */
  @Override
  public void close() {
    thread.shutdown();
  }
}
