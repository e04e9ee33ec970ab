package org.pgdeeplake.manager.ddl;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import org.pgdeeplake.manager.cache.Cache;
import org.pgdeeplake.manager.cache.CacheAddress;
import org.pgdeeplake.manager.cache.CacheFailed;
import org.pgdeeplake.manager.deployment.DeploymentFailed;

/** Empties the cache, which still answers as before the DDL. */
@FunctionalInterface
public interface CacheFlush {

  /**
   * Blocks.
   *
   * @return how many keys there were; empty: there is no cache
   */
  OptionalLong flush() throws DeploymentFailed, InterruptedException;

  /**
   * @param url the REDIS_URL; empty: there is no cache
   * @param limit of each answer
   * @throws CacheFailed the address is none
   */
  static CacheFlush of(Optional<String> url, Duration limit) throws CacheFailed {
    if (url.isEmpty()) {
      return OptionalLong::empty;
    }
    CacheAddress address = CacheAddress.parse(url.get());
    return () -> {
      try (Cache cache = Cache.open(address, limit)) {
        return OptionalLong.of(cache.flush(Cache.PREFIX, _ -> true).keys());
      }
    };
  }
}
