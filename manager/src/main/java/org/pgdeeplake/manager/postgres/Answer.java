package org.pgdeeplake.manager.postgres;

import org.pgdeeplake.manager.deployment.Instance;

/** What an instance answered, or why it did not. */
public sealed interface Answer<T> {
  Instance instance();

  record Given<T>(Instance instance, T value) implements Answer<T> {}

  /**
   * @param reason one line
   */
  record Failed<T>(Instance instance, String reason) implements Answer<T> {}
}
