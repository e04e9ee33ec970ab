package org.pgdeeplake.manager.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.pgdeeplake.manager.NeedsProgram;

/** All primaries of a cluster are counted and flushed, whichever of them REDIS_URL names. */
@NeedsProgram({"redis-server", "redis-cli"})
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class CacheClusterTest {
  private static final Duration LIMIT = Duration.ofSeconds(20);
  private static final int KEYS = 3_000;
  private static final List<RedisServer> NODES = new ArrayList<>();

  @BeforeAll
  static void start() {
    List<String> create = new ArrayList<>(List.of("redis-cli", "--cluster", "create"));
    for (int i = 0; i < 3; i++) {
      RedisServer node =
          new RedisServer("--cluster-enabled", "yes", "--cluster-node-timeout", "60000");
      NODES.add(node);
      create.add("127.0.0.1:" + node.port());
    }
    create.add("--cluster-yes");
    RedisServer.run(create);
    await()
        .atMost(LIMIT)
        .until(() ->
            NODES.stream()
                .allMatch(node -> node.cli("CLUSTER", "INFO").contains("cluster_state:ok")));
  }

  @AfterAll
  static void end() throws Exception {
    for (RedisServer node : NODES) {
      node.close();
    }
  }

  /** Of pgdl: as many as KEYS, and some others, over all nodes. */
  private static void fill() {
    String script =
        "for i=1,%d do redis.call('SET', ARGV[1] .. '{' .. KEYS[1] .. '}' .. i, 'v') end";
    for (int slot = 0; slot < 30; slot++) {
      String tag = "t" + slot;
      NODES.getFirst().cli("-c", "EVAL", script.formatted(KEYS / 30), "1", tag, "pgdl:");
      NODES.getFirst().cli("-c", "EVAL", script.formatted(1), "1", tag, "pgdlx:");
    }
  }

  private static long size() {
    return NODES.stream().mapToLong(node -> Long.parseLong(node.cli("DBSIZE"))).sum();
  }

  private static Cache open(String url) throws Exception {
    return Cache.open(CacheAddress.parse(url), LIMIT);
  }

  @Test
  @Order(1)
  void everyNodeAndTheirSum() throws Exception {
    fill();
    String all =
        NODES.stream().map(node -> "127.0.0.1:" + node.port()).collect(Collectors.joining(","));
    try (Cache cache = open("redis+cluster://" + all)) {
      CacheStats stats = cache.stats(Cache.PREFIX);

      assertThat(stats.nodes()).hasSize(3).allMatch(node -> node.prefixKeys() > 0);
      assertThat(stats.nodes())
          .extracting(CacheFigures::server)
          .containsExactlyInAnyOrder(all.split(","));
      assertThat(stats.total().prefixKeys()).isEqualTo(KEYS);
      assertThat(stats.total().keys()).isEqualTo(KEYS + 30);
      assertThat(stats.total().server()).isEqualTo("redis+cluster://" + all);
    }
  }

  @Test
  @Order(2)
  void oneAddressIsEnough() throws Exception {
    fill();
    try (Cache cache = open(NODES.get(1).url())) {
      assertThat(cache.flush(Cache.PREFIX, _ -> true)).isEqualTo(new Flushed(KEYS, true));
    }
    assertThat(size()).isEqualTo(30);
  }

  @Test
  @Order(3)
  void keysOfASlotThatMovesMeanwhileAreFollowed() throws Exception {
    fill();
    RedisServer source = owner("t1");
    RedisServer target = NODES.stream().filter(node -> node != source).findFirst().orElseThrow();
    String slot = source.cli("CLUSTER", "KEYSLOT", "t1");
    String sourceId = source.cli("CLUSTER", "MYID");
    String targetId = target.cli("CLUSTER", "MYID");
    try (Cache cache = open(NODES.getFirst().url())) {
      target.cli("CLUSTER", "SETSLOT", slot, "IMPORTING", sourceId);
      source.cli("CLUSTER", "SETSLOT", slot, "MIGRATING", targetId);
      String port = "" + target.port();
      for (int i = 1; i <= KEYS / 60; i++) {
        source.cli("MIGRATE", "127.0.0.1", port, "pgdl:{t1}" + i, "0", "5000");
      }

      Flushed flushed = cache.flush(Cache.PREFIX, _ -> true);

      assertThat(flushed).isEqualTo(new Flushed(KEYS, true));
    } finally {
      source.cli("CLUSTER", "SETSLOT", slot, "STABLE");
      target.cli("CLUSTER", "SETSLOT", slot, "STABLE");
    }
  }

  private static RedisServer owner(String tag) {
    return NODES.stream()
        .filter(node -> node.cli("EXISTS", "pgdl:{" + tag + "}1").equals("1"))
        .findFirst()
        .orElseThrow();
  }

  @Test
  @Order(4)
  void aNodeThatDiesMeanwhileIsToldWithWhatWasFlushed() throws Exception {
    fill();
    try (Cache cache = open(NODES.getFirst().url())) {
      String last = cache.stats(Cache.PREFIX).nodes().getLast().server();
      RedisServer dying =
          NODES.stream().filter(node -> last.endsWith(":" + node.port())).findFirst().orElseThrow();

      CacheFailed failed =
          catchThrowableOfType(
              CacheFailed.class,
              () ->
                  cache.flush(
                      Cache.PREFIX,
                      _ -> {
                        dying.kill();
                        return true;
                      }));

      assertThat(failed)
          .isNotNull()
          .hasMessageContaining(last)
          .message()
          .matches("(?s).*; [1-9]\\d+ keys were flushed before that");
      String other = NODES.stream().filter(node -> node != dying).findFirst().orElseThrow().url();
      assertThat(catchThrowableOfType(CacheFailed.class, () -> open(other).close()))
          .hasMessageContaining(last);
    }
  }
}
