package org.pgdeeplake.manager.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.pgdeeplake.manager.ManagerProcess;
import org.pgdeeplake.manager.NeedsProgram;
import org.pgdeeplake.manager.command.ExitCodes;

/** A signal ends a flush between two batches, and it says how many keys are gone. */
@NeedsProgram({"redis-server", "redis-cli"})
class CacheFlushProcessTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final int KEYS = 300_000;

  @AutoClose private final RedisServer redis = new RedisServer();
  @TempDir private Path home;

  @Test
  void saysHowManyWereFlushed() throws Exception {
    redis.cli("DEBUG", "POPULATE", "" + KEYS, "pgdl");
    redis.cli("CLIENT", "PAUSE", "60000", "WRITE");
    Path output = home.resolve("output");
    ProcessBuilder builder =
        ManagerProcess.of(home, "cache-flush", "--timeout=60s").redirectOutput(output.toFile());
    builder.environment().put("REDIS_URL", redis.url());
    Process flush = builder.start();
    try {
      await().atMost(LIMIT).until(() -> redis.cli("CLIENT", "LIST").contains("cmd=unlink"));

      flush.destroy();
      redis.cli("CLIENT", "UNPAUSE");

      assertThat(flush.waitFor(LIMIT)).isTrue();
    } finally {
      flush.destroyForcibly();
    }
    String said = Files.readString(output);
    assertThat(flush.exitValue()).as(said).isEqualTo(ExitCodes.PARTLY);
    Matcher words = Pattern.compile("(\\d+) keys flushed; ended before the rest").matcher(said);
    assertThat(words.find()).as(said).isTrue();
    assertThat(redis.cli("DBSIZE")).isEqualTo("" + (KEYS - Integer.parseInt(words.group(1))));
  }
}
