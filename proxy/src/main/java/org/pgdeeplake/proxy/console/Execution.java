package org.pgdeeplake.proxy.console;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One command at work, from its start within its limit. On its connection's loop. */
final class Execution {
  private static final Logger log = LoggerFactory.getLogger(Execution.class);

  private final Command.Work work;
  private final ScheduledExecutorService loop;
  private final CompletableFuture<Answer> result;
  private String cancelled = "canceling statement";

  /** Starts it. */
  Execution(Command.Work work, Command.Invocation by) {
    this.work = work;
    this.loop = by.loop();
    this.result = start(work, by);
  }

  private static CompletableFuture<Answer> start(Command.Work work, Command.Invocation by) {
    try {
      return work.task().run(by);
    } catch (ConsoleException | RuntimeException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  boolean done() {
    return result.isDone();
  }

  /** Calls {@code next} on the loop when it is done, which its limit makes sure of. */
  void afterwards(Runnable next) {
    ScheduledFuture<?> limit =
        loop.schedule(
            () ->
                cancel(
                    "canceling statement: it took longer than " + work.limit().toSeconds() + " s"),
            work.limit().toNanos(),
            TimeUnit.NANOSECONDS);
    var _ =
        result.whenComplete((_, _) ->
            loop.execute(() -> {
              limit.cancel(false);
              next.run();
            }));
  }

  void cancel(String why) {
    cancelled = why;
    result.cancel(false);
  }

  /** Of one that is done. */
  Answer answer() throws ConsoleException {
    return switch (result.state()) {
      case SUCCESS -> result.resultNow();
      case CANCELLED ->
          throw ConsoleException.of(
              ConsoleException.QUERY_CANCELED,
              work.remains().isEmpty() ? cancelled : cancelled + "; " + work.remains(),
              "");
      case FAILED, RUNNING -> {
        if (result.exceptionNow() instanceof ConsoleException e) {
          throw e;
        }
        log.error("console: {} failed", work.tag(), result.exceptionNow());
        throw ConsoleException.of(
            ConsoleException.INTERNAL_ERROR, "internal error; see the log of the proxy", "");
      }
    };
  }
}
