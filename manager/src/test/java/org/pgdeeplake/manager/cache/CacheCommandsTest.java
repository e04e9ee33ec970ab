package org.pgdeeplake.manager.cache;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.pgdeeplake.manager.Manage;
import org.pgdeeplake.manager.NeedsProgram;
import org.pgdeeplake.manager.command.ExitCodes;
import org.pgdeeplake.manager.local.TestData;

/**
 * The commands for the cache say what they found and did, and take only what is the deployment's.
 */
@NeedsProgram({"redis-server", "redis-cli"})
class CacheCommandsTest {
  @AutoClose private final RedisServer redis = new RedisServer();
  @TempDir private Path home;

  private Manage manage(String... args) {
    return Manage.run(home, Map.of("REDIS_URL", redis.url()), args);
  }

  private void fill() {
    redis.populate();
    redis.cli("SET", "pgdlx:1", "v");
    redis.cli("SET", "other:1", "v");
    redis.cli("GET", "other:1");
  }

  @Test
  void statsForPeopleAndForPrograms() {
    fill();
    Manage stats = manage("cache-stats");
    assertThat(stats.code()).isEqualTo(ExitCodes.OK);
    assertThat(stats.out())
        .contains("Redis ", "127.0.0.1:" + redis.port())
        .contains("Keys      50002, with pgdl: 50000", "Hit rate  100.0 %", "no limit");

    JsonNode json = manage("cache-stats", "--output=json").json();
    assertThat(json.path("total").path("prefixKeys").asInt()).isEqualTo(50_000);
    assertThat(json.path("total").path("hitRate").asDouble()).isEqualTo(1);
    assertThat(json.path("nodes")).hasSize(1);
  }

  @Test
  void flushOfTheDeploymentsKeysNeedsNobodyToAsk() throws Exception {
    fill();
    Files.writeString(home.resolve(".env"), "REDIS_URL=" + redis.url());
    assertThat(manage("cache-flush", "--dry-run").out())
        .isEqualTo("50000 keys with pgdl: would be removed\n");

    Manage flush = Manage.run(home, Map.of(), "cache-flush", "--output=json");

    assertThat(flush.code()).isEqualTo(ExitCodes.OK);
    assertThat(flush.json().path("flushed").asInt()).isEqualTo(50_000);
    assertThat(flush.json().path("complete").asBoolean()).isTrue();
    assertThat(redis.cli("DBSIZE")).isEqualTo("2");
    assertThat(manage("cache-flush").out()).isEqualTo("0 keys flushed\n");
  }

  @Test
  void anotherPrefixWantsAYes() {
    fill();
    Manage refused = manage("cache-flush", "--prefix=other:");
    assertThat(refused.code()).isEqualTo(ExitCodes.REFUSED);
    assertThat(refused.err()).contains("begin with 'other:'", "--yes");
    assertThat(redis.cli("EXISTS", "other:1")).isEqualTo("1");

    assertThat(manage("cache-flush", "--prefix=other:", "--yes").out())
        .isEqualTo("1 key flushed\n");
    assertThat(manage("cache-flush", "--prefix=", "--yes").code()).isEqualTo(ExitCodes.USAGE);
    assertThat(redis.cli("DBSIZE")).isEqualTo("50001");
  }

  @Test
  void nobodyThere() {
    int port = TestData.freePort();
    String url = "redis://:hunter2@127.0.0.1:" + port;

    for (String command : new String[] {"cache-stats", "cache-flush"}) {
      Manage failed = Manage.run(home, Map.of("REDIS_URL", url), command);
      assertThat(failed.code()).isEqualTo(ExitCodes.FAILED);
      assertThat(failed.err())
          .endsWith("No connection to Redis at 127.0.0.1:" + port + ": Connection refused\n")
          .doesNotContain("hunter2");
    }
  }
}
