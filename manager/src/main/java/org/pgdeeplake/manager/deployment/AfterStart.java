package org.pgdeeplake.manager.deployment;

import java.util.List;
import java.util.function.Consumer;

/** What instances need that have just been started, beside their clients. */
@FunctionalInterface
public interface AfterStart {
  AfterStart NOTHING = (started, told) -> List.of();

  /**
   * Blocks.
   *
   * @param told what was done, a line each
   * @return what failed, a line each
   */
  List<String> complete(List<Instance> started, Consumer<String> told)
      throws DeploymentFailed, InterruptedException;
}
