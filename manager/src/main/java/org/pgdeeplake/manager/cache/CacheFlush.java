package org.pgdeeplake.manager.cache;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import org.pgdeeplake.manager.deployment.DeploymentFailed;

/** Empties the cache, which still answers as before. */
@FunctionalInterface
public interface CacheFlush {

  /**
   * Blocks.
   *
   * @return how many keys there were; empty: there is no cache
   */
  OptionalLong flush() throws DeploymentFailed, InterruptedException;

  /**
   * @param url empty: there is no cache, and nothing to do
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
