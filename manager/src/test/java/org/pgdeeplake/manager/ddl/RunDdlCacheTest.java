package org.pgdeeplake.manager.ddl;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.pgdeeplake.manager.Manage;
import org.pgdeeplake.manager.NeedsProgram;
import org.pgdeeplake.manager.cache.RedisServer;
import org.pgdeeplake.manager.command.ExitCodes;
import org.pgdeeplake.manager.local.TestData;

/** After DDL the deployment's keys are gone from Redis; where that fails, it is said. */
@NeedsProgram({"redis-server", "redis-cli"})
class RunDdlCacheTest {
  @RegisterExtension static final Stage stage = new Stage();

  private static Manage run(String redis, String... args) {
    return stage.runDdl(Map.of("REDIS_URL", redis), args);
  }

  @Test
  void theKeysAreFlushedAndNoOther() throws Exception {
    try (RedisServer redis = new RedisServer()) {
      redis.cli("MSET", "pgdl:a", "1", "pgdl:b", "2", "other", "3");

      Manage refused = run(redis.url(), "SELECT 1");
      assertThat(refused.code()).isEqualTo(ExitCodes.REFUSED);
      Manage failed = run(redis.url(), "TRUNCATE missing");
      assertThat(failed.code()).isEqualTo(ExitCodes.FAILED);
      assertThat(redis.cli("DBSIZE")).contains("3");

      Manage done = run(redis.url(), "CREATE TABLE t (a int)", "--output=json");

      assertThat(done.code()).as(done.toString()).isEqualTo(ExitCodes.OK);
      assertThat(done.json().at("/cache_flushed").asInt()).isEqualTo(2);
      assertThat(redis.cli("KEYS", "*")).isEqualTo("other");
      assertThat(run(redis.url(), "TRUNCATE t").out()).contains("Cache: 0 keys flushed");
    }
  }

  @Test
  void aCacheThatCannotBeReachedMayBeStale() throws Exception {
    String away = "redis://127.0.0.1:" + TestData.freePort();

    Manage done = run(away, "CREATE TABLE u (a int)", "--output=json");

    assertThat(done.code()).isEqualTo(ExitCodes.PARTLY);
    assertThat(done.json().at("/cache_flushed").isNull()).isTrue();
    assertThat(done.json().at("/cache_failure").asText()).isNotEmpty();
    assertThat(done.err())
        .contains("CREATE TABLE is done on pg-deeplake-1, but the cache may still")
        .contains("manage cache-flush");
    assertThat(stage.exists(1, "postgres", "u")).isTrue();
  }

  @Test
  void anAddressThatIsNoneIsToldBefore() throws Exception {
    Manage failed = run("localhost", "CREATE TABLE w (a int)");
    assertThat(failed.code()).isEqualTo(ExitCodes.FAILED);
    assertThat(failed.err()).contains("REDIS_URL");
    assertThat(stage.exists(1, "postgres", "w")).isFalse();
  }
}
