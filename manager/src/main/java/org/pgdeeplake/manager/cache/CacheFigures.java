package org.pgdeeplake.manager.cache;

import java.util.List;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The figures of one server, or the sum of a cluster's primaries. Counters are since the server's
 * start or its last CONFIG RESETSTAT; INFO is their source.
 *
 * @param server HOST:PORT; of a sum the address without its password
 * @param version the Redis version; of a sum all that there are
 * @param uptimeSeconds of a sum the shortest
 * @param connectedClients this one included
 * @param usedMemoryBytes as Redis's allocator sees it
 * @param maxMemoryBytes 0: without limit
 * @param evictionPolicy such as allkeys-lru
 * @param hitRate 0 to 1; null without any look-up
 * @param keys of the selected database
 * @param prefixKeys of those, with the prefix; a key can be counted twice while Redis resizes
 */
public record CacheFigures(
    String server,
    String version,
    long uptimeSeconds,
    long connectedClients,
    long usedMemoryBytes,
    long maxMemoryBytes,
    String evictionPolicy,
    long hits,
    long misses,
    @Nullable Double hitRate,
    long keys,
    long prefixKeys,
    long evictedKeys,
    long expiredKeys) {
  static CacheFigures of(InfoReply info, long keys, long prefixKeys) throws CacheFailed {
    long hits = info.number("keyspace_hits");
    long misses = info.number("keyspace_misses");
    return new CacheFigures(
        info.server(),
        info.text("redis_version"),
        info.number("uptime_in_seconds"),
        info.number("connected_clients"),
        info.number("used_memory"),
        info.number("maxmemory"),
        info.text("maxmemory_policy"),
        hits,
        misses,
        rate(hits, misses),
        keys,
        prefixKeys,
        info.number("evicted_keys"),
        info.number("expired_keys"));
  }

  static CacheFigures sum(String name, List<CacheFigures> all) {
    long hits = sum(all, CacheFigures::hits);
    long misses = sum(all, CacheFigures::misses);
    boolean limited = all.stream().allMatch(each -> each.maxMemoryBytes() > 0);
    return new CacheFigures(
        name,
        distinct(all, CacheFigures::version),
        all.stream().mapToLong(CacheFigures::uptimeSeconds).min().orElse(0),
        sum(all, CacheFigures::connectedClients),
        sum(all, CacheFigures::usedMemoryBytes),
        limited ? sum(all, CacheFigures::maxMemoryBytes) : 0,
        distinct(all, CacheFigures::evictionPolicy),
        hits,
        misses,
        rate(hits, misses),
        sum(all, CacheFigures::keys),
        sum(all, CacheFigures::prefixKeys),
        sum(all, CacheFigures::evictedKeys),
        sum(all, CacheFigures::expiredKeys));
  }

  private static long sum(List<CacheFigures> all, ToLongFunction<CacheFigures> figure) {
    return all.stream().mapToLong(figure).sum();
  }

  private static String distinct(List<CacheFigures> all, Function<CacheFigures, String> figure) {
    return all.stream().map(figure).distinct().collect(Collectors.joining(", "));
  }

  private static @Nullable Double rate(long hits, long misses) {
    return hits + misses == 0 ? null : (double) hits / (hits + misses);
  }
}
