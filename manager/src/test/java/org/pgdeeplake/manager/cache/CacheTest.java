package org.pgdeeplake.manager.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.pgdeeplake.manager.NeedsProgram;

/** A flush removes every key with the prefix and none besides; the figures are the server's. */
@NeedsProgram({"redis-server", "redis-cli"})
class CacheTest {
  private static final Duration LIMIT = Duration.ofSeconds(20);
  private static final List<String> FOREIGN =
      List.of("pgdlx:1", "xpgdl:1", "PGDL:1", "pgdl", " pgdl:1", "pgdl;1", "other");

  @AutoClose private final RedisServer redis = new RedisServer("--maxmemory", "512mb");

  private Cache open() throws Exception {
    return Cache.open(CacheAddress.parse(redis.url()), LIMIT);
  }

  private void addForeign() {
    FOREIGN.forEach(key -> redis.cli("SET", key, "v"));
  }

  @Test
  void flushesFiftyThousandAndLeavesWhatIsNotTheDeployments() throws Exception {
    redis.populate();
    addForeign();
    List<Long> progress = new ArrayList<>();
    try (Cache cache = open()) {
      Flushed flushed = cache.flush(Cache.PREFIX, progress::add);

      assertThat(flushed).isEqualTo(new Flushed(50_000, true));
      assertThat(cache.flush(Cache.PREFIX, _ -> true)).isEqualTo(new Flushed(0, true));
    }
    assertThat(progress).isSorted().hasSizeGreaterThan(10).endsWith(50_000L);
    assertThat(redis.cli("KEYS", "*").lines()).containsExactlyInAnyOrderElementsOf(FOREIGN);
    assertThat(redis.cli("INFO", "commandstats"))
        .contains("cmdstat_unlink")
        .doesNotContain("cmdstat_flush", "cmdstat_keys:calls=2");
  }

  @Test
  void figures() throws Exception {
    redis.populate();
    addForeign();
    redis.cli("CONFIG", "SET", "maxmemory-policy", "allkeys-lru");
    redis.cli("GET", "pgdl:1");
    redis.cli("GET", "pgdl:2");
    redis.cli("GET", "pgdl:3");
    redis.cli("GET", "missing");
    try (Cache cache = open()) {
      CacheStats stats = cache.stats(Cache.PREFIX);

      CacheFigures total = stats.total();
      assertThat(stats.nodes()).containsExactly(total);
      assertThat(total.server()).isEqualTo("127.0.0.1:" + redis.port());
      assertThat(total.version()).matches("\\d+\\.\\d+\\.\\d+");
      assertThat(total.keys()).isEqualTo(50_000 + FOREIGN.size());
      assertThat(total.prefixKeys()).isEqualTo(50_000);
      assertThat(total.hits()).isEqualTo(3);
      assertThat(total.misses()).isEqualTo(1);
      assertThat(total.hitRate()).isCloseTo(0.75, within(1e-9));
      assertThat(total.maxMemoryBytes()).isEqualTo(512 << 20);
      assertThat(total.usedMemoryBytes()).isBetween(1L << 20, 512L << 20);
      assertThat(total.evictionPolicy()).isEqualTo("allkeys-lru");
      assertThat(total.connectedClients()).isEqualTo(1);
      assertThat(total.evictedKeys()).isZero();
      assertThat(total.expiredKeys()).isZero();
      assertThat(total.uptimeSeconds()).isBetween(0L, 60L);
    }
  }

  @Test
  void withoutAnyLookUpThereIsNoHitRate() throws Exception {
    try (Cache cache = open()) {
      assertThat(cache.stats(Cache.PREFIX).total().hitRate()).isNull();
    }
  }

  @Test
  void aPrefixIsTakenByTheLetter() throws Exception {
    for (String key : List.of("a*b:1", "axb:1", "[x]:1", "x:1", "a?:1", "a\\:1", "ä:1", "a\\:")) {
      redis.cli("SET", key, "v");
    }
    try (Cache cache = open()) {
      assertThat(cache.flush("a*b:", _ -> true).keys()).isEqualTo(1);
      assertThat(cache.flush("[x]:", _ -> true).keys()).isEqualTo(1);
      assertThat(cache.flush("a?:", _ -> true).keys()).isEqualTo(1);
      assertThat(cache.flush("a\\:", _ -> true).keys()).isEqualTo(2);
      assertThat(cache.flush("ä:", _ -> true).keys()).isEqualTo(1);
      assertThatThrownBy(() -> cache.flush("", _ -> true))
          .isInstanceOf(IllegalArgumentException.class);
    }
    assertThat(redis.cli("KEYS", "*").lines()).containsExactlyInAnyOrder("axb:1", "x:1");
  }

  @Test
  void theListenerEndsItAndHearsHowFarItCame() throws Exception {
    redis.populate();
    try (Cache cache = open()) {
      Flushed flushed = cache.flush(Cache.PREFIX, keys -> keys < 5_000);

      assertThat(flushed.complete()).isFalse();
      assertThat(flushed.keys()).isBetween(5_000L, 10_000L);
      assertThat(redis.cli("DBSIZE")).isEqualTo("" + (50_000 - flushed.keys()));
    }
  }

  @Test
  void keysThatAreAddedMeanwhileDoNotKeepItFromItsEnd() throws Exception {
    redis.populate();
    int[] batches = {0};
    try (Cache cache = open()) {
      Flushed flushed =
          cache.flush(
              Cache.PREFIX,
              _ -> {
                redis.cli("DEBUG", "POPULATE", "2000", "pgdl:late" + batches[0]);
                redis.cli("SET", "foreign" + batches[0]++, "v");
                return true;
              });

      assertThat(flushed.complete()).isTrue();
      assertThat(flushed.keys()).isGreaterThanOrEqualTo(50_000);
      assertThat(redis.cli("EXISTS", "pgdl:0", "pgdl:49999", "pgdl:25000")).isEqualTo("0");
      assertThat(redis.cli("EXISTS", "foreign0", "foreign1")).isEqualTo("2");
    }
  }

  @Test
  void aServerThatDiesMeanwhileIsToldWithWhatWasFlushed() throws Exception {
    redis.populate();
    try (Cache cache = open()) {
      assertThatThrownBy(() ->
              cache.flush(
                  Cache.PREFIX,
                  keys -> {
                    if (keys >= 2_000) {
                      redis.kill();
                    }
                    return true;
                  }))
          .isInstanceOfSatisfying(
              CacheFailed.class,
              e -> assertThat(e.reason()).isEqualTo(CacheFailed.Reason.UNREACHABLE))
          .hasMessageContaining("127.0.0.1:" + redis.port())
          .message()
          .matches("(?s).*; 2\\d\\d\\d keys were flushed before that");
    }
  }

  @Test
  void onlyTheSelectedDatabaseIsMeant() throws Exception {
    redis.cli("-n", "2", "SET", "pgdl:1", "v");
    redis.cli("SET", "pgdl:1", "v");
    try (Cache cache = Cache.open(CacheAddress.parse(redis.url() + "/2"), LIMIT)) {
      assertThat(cache.flush(Cache.PREFIX, _ -> true).keys()).isEqualTo(1);
    }
    assertThat(redis.cli("DBSIZE")).isEqualTo("1");
  }

  @Test
  void withoutUnlinkItDeletes() throws Exception {
    try (RedisServer old = new RedisServer("--rename-command", "UNLINK", "''")) {
      old.populate();
      try (Cache cache = Cache.open(CacheAddress.parse(old.url()), LIMIT)) {
        assertThat(cache.flush(Cache.PREFIX, _ -> true)).isEqualTo(new Flushed(50_000, true));
      }
      assertThat(old.cli("DBSIZE")).isEqualTo("0");
    }
  }
}
