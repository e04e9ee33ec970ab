package org.pgdeeplake.manager.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.pgdeeplake.manager.NeedsProgram;
import org.pgdeeplake.manager.cache.CacheFailed.Reason;
import org.pgdeeplake.manager.local.TestData;

/** Whatever is wrong with Redis, its message says what, where and what would help. */
@NeedsProgram({"redis-server", "redis-cli"})
class CacheFailuresTest {
  private static final Duration LIMIT = Duration.ofSeconds(10);

  private static CacheFailed opening(String url) {
    return opening(url, LIMIT);
  }

  private static CacheFailed opening(String url, Duration limit) {
    CacheFailed failed =
        catchThrowableOfType(
            CacheFailed.class, () -> Cache.open(CacheAddress.parse(url), limit).close());
    assertThat(failed).isNotNull();
    assertThat(failed.getMessage()).doesNotContain("hunter2", "\n");
    return failed;
  }

  @Test
  void nobodyListens() {
    int port = TestData.freePort();

    CacheFailed failed = opening("redis://:hunter2@127.0.0.1:" + port);

    assertThat(failed.reason()).isEqualTo(Reason.UNREACHABLE);
    assertThat(failed)
        .hasMessage("No connection to Redis at 127.0.0.1:" + port + ": Connection refused");
  }

  @Test
  void noSuchHost() {
    CacheFailed failed = opening("redis://redis.invalid");

    assertThat(failed.reason()).isEqualTo(Reason.UNREACHABLE);
    assertThat(failed).hasMessageContaining("redis.invalid:6379: there is no host of that name");
  }

  @Test
  void nobodyAnswers() throws Exception {
    try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.ofLiteral("127.0.0.1"))) {
      CacheFailed failed =
          opening("redis://127.0.0.1:" + silent.getLocalPort(), Duration.ofMillis(300));

      assertThat(failed.reason()).isEqualTo(Reason.UNREACHABLE);
      assertThat(failed).hasMessageContaining("No answer").hasMessageContaining("within 0.3 s");
    }
  }

  @Test
  void wrongMissingAndNeedlessPasswords() throws Exception {
    try (RedisServer closed = new RedisServer("--requirepass", "hunter2");
        RedisServer open = new RedisServer()) {
      closed.cliLogin("-a", "hunter2", "--no-auth-warning");
      assertThat(closed.cli("SET", "pgdl:1", "v")).isEqualTo("OK");

      CacheFailed missing = opening(closed.url());
      CacheFailed wrong = opening(closed.url().replace("//", "//:xhunter2@"));
      CacheFailed needless = opening(open.url().replace("//", "//:hunter2@"));

      assertThat(missing).hasMessageContaining("wants a password: REDIS_URL=redis://");
      assertThat(wrong).hasMessageContaining("refuses the user or the password in REDIS_URL");
      assertThat(needless).hasMessageContaining("has no password, but REDIS_URL has one");
      assertThat(missing.reason()).isEqualTo(Reason.CREDENTIALS);
      assertThat(wrong.reason()).isEqualTo(Reason.CREDENTIALS);
      assertThat(needless.reason()).isEqualTo(Reason.CREDENTIALS);
      String url = closed.url().replace("//", "//:hunter2@");
      try (Cache cache = Cache.open(CacheAddress.parse(url), LIMIT)) {
        assertThat(cache.flush(Cache.PREFIX, _ -> true).keys()).isEqualTo(1);
        assertThat(cache.stats(Cache.PREFIX).toString()).doesNotContain("hunter2");
      }
    }
  }

  @Test
  void aUserWhoMayNot() throws Exception {
    try (RedisServer redis = new RedisServer()) {
      redis.cli("ACL", "SETUSER", "ops", "on", ">hunter2", "~*", "+@all", "-unlink", "-del");
      redis.cli("SET", "pgdl:1", "v");
      String url = redis.url().replace("//", "//ops:hunter2@");
      try (Cache cache = Cache.open(CacheAddress.parse(url), LIMIT)) {
        CacheFailed failed =
            catchThrowableOfType(CacheFailed.class, () -> cache.flush(Cache.PREFIX, _ -> true));

        assertThat(failed.reason()).isEqualTo(Reason.CREDENTIALS);
        assertThat(failed)
            .hasMessageContaining("forbids it to the user in REDIS_URL: NOPERM")
            .hasMessageEndingWith("; 0 keys were flushed before that");
      }
    }
  }

  @Test
  void aReplicaIsReadOnly() throws Exception {
    try (RedisServer primary = new RedisServer()) {
      primary.cli("SET", "pgdl:1", "v");
      try (RedisServer replica = new RedisServer("--replicaof", "127.0.0.1 " + primary.port())) {
        await().atMost(LIMIT).until(() -> replica.cli("DBSIZE").equals("1"));
        try (Cache cache = Cache.open(CacheAddress.parse(replica.url()), LIMIT)) {
          CacheFailed failed =
              catchThrowableOfType(CacheFailed.class, () -> cache.flush(Cache.PREFIX, _ -> true));

          assertThat(failed.reason()).isEqualTo(Reason.READ_ONLY);
          assertThat(failed)
              .hasMessageContaining("read-only replica of 127.0.0.1:" + primary.port());
          assertThat(cache.stats(Cache.PREFIX).total().prefixKeys()).isEqualTo(1);
        }
      }
    }
  }

  @Test
  void somethingElseListens() throws Exception {
    HttpServer http =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    http.start();
    try {
      CacheFailed failed = opening("redis://127.0.0.1:" + http.getAddress().getPort());

      assertThat(failed.reason()).isEqualTo(Reason.NOT_REDIS);
      assertThat(failed).hasMessageContaining("is not Redis");
    } finally {
      http.stop(0);
    }
  }

  @Test
  void somethingElseHangsUp() throws Exception {
    try (ServerSocket rude = new ServerSocket(0, 50, InetAddress.ofLiteral("127.0.0.1"))) {
      Thread.ofVirtual()
          .start(() -> {
            while (!rude.isClosed()) {
              try (Socket socket = rude.accept()) {
                int _ = socket.getInputStream().read(new byte[1]);
              } catch (IOException _) {
                // The end of the test.
              }
            }
          });

      CacheFailed failed = opening("redis://127.0.0.1:" + rude.getLocalPort());

      assertThat(failed.reason()).isEqualTo(Reason.UNREACHABLE);
      assertThat(failed).hasMessageContaining("was closed by it; is it Redis, and without TLS");
    }
  }

  @Test
  void aServerThatIsNoCluster() throws Exception {
    try (RedisServer redis = new RedisServer()) {
      CacheFailed failed = opening(redis.url().replace("redis:", "redis+cluster:"));

      assertThat(failed.reason()).isEqualTo(Reason.ADDRESS);
      assertThat(failed).hasMessageContaining("names a cluster, but Redis at 127.0.0.1:");
    }
  }
}
