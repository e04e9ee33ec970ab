package org.pgdeeplake.manager.command;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Turns SIGINT, SIGTERM and SIGHUP into an orderly end with the command's own exit code. The JVM
 * would end with 128 + signal as soon as its shutdown hooks are done; so the hook asks the command
 * to end, waits for its result and halts with that.
 */
public final class Termination {
  /** Longer than all stops together; then the JVM ends whatever is left. */
  private static final long LIMIT_SECONDS = 60;

  private final boolean ofProcess;
  private final CompletableFuture<Void> requested = new CompletableFuture<>();
  private final CompletableFuture<Integer> finished = new CompletableFuture<>();

  /** {@code ofProcess} false: signals are left alone, as when the caller's JVM lives on. */
  public Termination(boolean ofProcess) {
    this.ofProcess = ofProcess;
  }

  /** From now on signals end up here. For commands that react to {@link #onRequest}. */
  void catchSignals() {
    if (ofProcess) {
      Runtime.getRuntime().addShutdownHook(new Thread(this::endInOrder, "termination"));
    }
  }

  private void endInOrder() {
    requested.complete(null);
    int code = ExitCodes.FAILED;
    try {
      code = finished.get(LIMIT_SECONDS, TimeUnit.SECONDS);
    } catch (TimeoutException | ExecutionException | InterruptedException _) {
      // What could not be ended in time is left.
    }
    Runtime.getRuntime().halt(code);
  }

  boolean requested() {
    return requested.isDone();
  }

  /** Runs the action once, at once if it is too late already; it must not block. */
  void onRequest(Runnable action) {
    var _ = requested.thenRun(action);
  }

  /** The command is done and its output is flushed. */
  public void finished(int exitCode) {
    finished.complete(exitCode);
  }
}
