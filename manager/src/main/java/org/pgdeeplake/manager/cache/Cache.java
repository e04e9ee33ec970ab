package org.pgdeeplake.manager.cache;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * The instances' cache: a Redis server, or all primaries of a cluster. Connected from {@link #open}
 * to {@link #close}; for one thread; each answer is waited for at most as long as {@code limit}.
 */
public final class Cache implements AutoCloseable {
  /** Of the keys that belong to the deployment. */
  public static final String PREFIX = "pgdl:";

  private final CacheAddress address;
  private final Link link;
  private final List<Server> servers;

  private Cache(CacheAddress address, Link link, List<Server> servers) {
    this.address = address;
    this.link = link;
    this.servers = servers;
  }

  /**
   * Connects, and finds out whether it is a cluster.
   *
   * @throws CacheFailed it cannot be reached or used; the reason says how
   */
  public static Cache open(CacheAddress address, Duration limit)
      throws CacheFailed, InterruptedException {
    Link link = new Link(address, limit);
    try {
      Server server = link.any();
      boolean cluster = server.info().cluster();
      if (address.cluster() && !cluster) {
        throw new CacheFailed(
            CacheFailed.Reason.ADDRESS,
            "REDIS_URL names a cluster, but Redis at %s is none: write one host, redis://HOST:PORT"
                .formatted(server.replies().server()));
      }
      List<Server> servers = cluster ? link.primaries(server.replies()) : List.of(server);
      return new Cache(address, link, servers);
    } catch (CacheFailed | InterruptedException | RuntimeException e) {
      link.close();
      throw e;
    }
  }

  /**
   * The figures now; the keys with the prefix are counted one by one, which takes about a second
   * for each million keys.
   *
   * @throws IllegalArgumentException the prefix is empty
   */
  public CacheStats stats(String prefix) throws CacheFailed, InterruptedException {
    String pattern = KeyPattern.of(prefix);
    List<CacheFigures> nodes = new ArrayList<>();
    for (Server server : servers) {
      long[] counted = {0};
      server.scan(
          pattern,
          batch -> {
            counted[0] += batch.size();
            return true;
          });
      nodes.add(CacheFigures.of(server.info(), server.keys(), counted[0]));
    }
    CacheFigures total =
        nodes.size() == 1 ? nodes.getFirst() : CacheFigures.sum(address.toString(), nodes);
    return new CacheStats(prefix, total, List.copyOf(nodes));
  }

  /** Some figures now, without looking at the keys. */
  public CacheGlance glance() throws CacheFailed, InterruptedException {
    long used = 0;
    long most = 0;
    boolean limited = true;
    long keys = 0;
    for (Server server : servers) {
      InfoReply info = server.info();
      used += info.number("used_memory");
      most += info.number("maxmemory");
      limited &= info.number("maxmemory") > 0;
      keys += server.keys();
    }
    return new CacheGlance(used, limited ? most : 0, keys);
  }

  /**
   * Removes the keys that begin with the prefix, and no other. Those that are added meanwhile may
   * stay: whoever wants none has to stop the writers first.
   *
   * @throws CacheFailed with the number of keys that were flushed before it failed
   * @throws IllegalArgumentException the prefix is empty
   */
  public Flushed flush(String prefix, FlushListener listener)
      throws CacheFailed, InterruptedException {
    String pattern = KeyPattern.of(prefix);
    for (Server server : servers) {
      InfoReply info = server.info();
      if (info.replica()) {
        throw Failures.readOnly(
            info.server(), info.text("master_host") + ":" + info.text("master_port"));
      }
    }
    Removal removal = new Removal(servers);
    try {
      for (Server server : servers) {
        boolean whole =
            server.scan(
                pattern,
                batch -> {
                  removal.remove(server, batch);
                  return listener.flushed(removal.removed());
                });
        if (!whole) {
          return new Flushed(removal.removed(), false);
        }
      }
    } catch (CacheFailed e) {
      throw e.after(removal.removed());
    }
    return new Flushed(removal.removed(), true);
  }

  @Override
  public void close() {
    link.close();
  }
}
