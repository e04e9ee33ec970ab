package org.pgdeeplake.manager.deployment;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** What instances need that have just been started, beside their clients. Blocks. */
public interface AfterStart {
  AfterStart NOTHING =
      new AfterStart() {
        @Override
        public List<String> credentials(List<Instance> started, Consumer<String> told) {
          return List.of();
        }

        @Override
        public List<String> databases(List<Instance> started, Consumer<String> told) {
          return List.of();
        }
      };

  /**
   * Without them an instance may never be healthy: its catalog is in the object storage.
   *
   * @param told what was done, a line each
   * @return what failed, a line each
   */
  List<String> credentials(List<Instance> started, Consumer<String> told)
      throws DeploymentFailed, InterruptedException;

  /** Of those that others have. Parameters and result as above. */
  List<String> databases(List<Instance> started, Consumer<String> told)
      throws DeploymentFailed, InterruptedException;

  default List<String> complete(List<Instance> started, Consumer<String> told)
      throws DeploymentFailed, InterruptedException {
    List<String> failures = new ArrayList<>(credentials(started, told));
    failures.addAll(databases(started, told));
    return failures;
  }
}
