package org.pgdeeplake.manager.command;

import org.pgdeeplake.manager.deployment.ReplicaOrder;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** Of {@code scale}, on kubernetes only. */
final class ReplicaOptions {
  @Option(
      names = "--keep-awake",
      description =
          "With auto: KEDA keeps one instance at least, with or without demand (its annotation"
              + " force-activation; KEDA 2.18 or later).")
  private boolean awake;

  @Option(
      names = "--no-scale-in",
      description =
          "With auto: KEDA starts instances and ends none (its annotation paused-scale-in; KEDA"
              + " 2.18 or later).")
  private boolean neverFewer;

  @Option(
      names = "--no-drain",
      description =
          "kubernetes only: the proxy is not asked for anything, and pods go at once; their sessions"
              + " have what the chart's preStop hook gives them (drain.timeoutSeconds), then are"
              + " closed.")
  private boolean noDrain;

  boolean any() {
    return awake || neverFewer || noDrain;
  }

  boolean asksProxy() {
    return !noDrain;
  }

  ReplicaOrder automatic() {
    return new ReplicaOrder.Automatic(awake, neverFewer);
  }

  ReplicaOrder exactly(CommandSpec command, int count) {
    if (awake || neverFewer) {
      throw new ParameterException(
          command.commandLine(), "--keep-awake and --no-scale-in go with auto, not with a number");
    }
    return new ReplicaOrder.Exactly(count);
  }
}
