package org.pgdeeplake.manager.ddl;

import java.time.Duration;
import java.util.List;
import org.pgdeeplake.manager.deployment.Instance;

/** Whether another instance shows what the statement did. */
public sealed interface Visibility {
  Instance instance();

  /**
   * @param took since the statement was done
   */
  record Visible(Instance instance, Duration took) implements Visibility {}

  /**
   * @param missing what it lacks, or why it could not be looked at; at least one line
   */
  record Missing(Instance instance, List<String> missing) implements Visibility {
    public Missing {
      missing = List.copyOf(missing);
    }
  }

  /** It finds it when it starts. */
  record NotRunning(Instance instance, String state) implements Visibility {}
}
