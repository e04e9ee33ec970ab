package org.pgdeeplake.benchmarks.peer;

import java.nio.file.Path;
import java.util.List;

/** All that there are, in the order of the tables. */
public final class Peers {
  private Peers() {}

  /**
   * @param root of the project
   */
  public static List<Peer> all(Path root) {
    return List.of(
        new Direct(),
        new Haproxy(),
        new Nginx(),
        new PgBouncer(),
        new Ours(root, "epoll"),
        new Ours(root, "io_uring").withThreads(1),
        new Ours(root, "nio"));
  }
}
