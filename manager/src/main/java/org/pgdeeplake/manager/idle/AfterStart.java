package org.pgdeeplake.manager.idle;

import org.pgdeeplake.manager.deployment.Instance;

/** What an instance needs that has just been started, beside its clients; logs what fails. */
@FunctionalInterface
public interface AfterStart {
  AfterStart NOTHING = instance -> {};

  /** On a thread of its own. */
  void completed(Instance instance) throws InterruptedException;
}
