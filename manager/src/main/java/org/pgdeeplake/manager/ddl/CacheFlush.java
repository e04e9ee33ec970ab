package org.pgdeeplake.manager.ddl;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import org.pgdeeplake.manager.cache.Cache;
import org.pgdeeplake.manager.cache.CacheAddress;
import org.pgdeeplake.manager.cache.CacheFailed;
import org.pgdeeplake.manager.deployment.DeploymentFailed;
import org.pgdeeplake.manager.deployment.DeploymentKind;
import org.pgdeeplake.manager.settings.Settings;

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
   * Of the deployment's Redis; a local deployment has one only if somebody says where.
   *
   * @param limit of each answer
   * @throws CacheFailed the address is none
   */
  static CacheFlush of(Settings settings, DeploymentKind kind, Duration limit) throws CacheFailed {
    Optional<String> url = settings.get("REDIS_URL");
    if (kind == DeploymentKind.local && url.isEmpty()) {
      return OptionalLong::empty;
    }
    CacheAddress address = CacheAddress.parse(url.orElse("redis://127.0.0.1:6379"));
    return () -> {
      try (Cache cache = Cache.open(address, limit)) {
        return OptionalLong.of(cache.flush(Cache.PREFIX, _ -> true).keys());
      }
    };
  }
}
