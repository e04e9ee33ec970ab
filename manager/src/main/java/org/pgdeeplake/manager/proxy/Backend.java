package org.pgdeeplake.manager.proxy;

import java.util.List;

/** A backend with its servers. */
public record Backend(
    String name,
    String status,
    boolean paused,
    long serversUp,
    Queue queue,
    long sessions,
    List<Server> servers) {
  /** Those that wait for a server; times in seconds. {@code limit}: so many may. */
  public record Queue(
      long waiting,
      long max,
      long limit,
      double timeoutSeconds,
      double averageSeconds,
      double oldestSeconds) {}
}
