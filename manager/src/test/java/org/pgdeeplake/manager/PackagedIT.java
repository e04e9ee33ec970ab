package org.pgdeeplake.manager;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.pgdeeplake.manager.cache.RedisServer;
import org.pgdeeplake.manager.command.ExitCodes;

/** What is packaged has all that it needs, which the tests have on a class path of their own. */
@NeedsProgram({"redis-server", "redis-cli"})
class PackagedIT {
  private static Path jar() throws Exception {
    Path target = Path.of(System.getProperty("basedir", "")).toAbsolutePath().resolve("target");
    try (DirectoryStream<Path> jars = Files.newDirectoryStream(target, "pg-manager-*.jar")) {
      return jars.iterator().next();
    }
  }

  @Test
  void speaksToRedis(@TempDir Path home) throws Exception {
    try (RedisServer redis = new RedisServer()) {
      redis.cli("SET", "pgdl:a", "1");
      ProcessBuilder stats =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-Dpgdeeplake.home=" + home,
                  "-jar",
                  jar().toString(),
                  "cache-stats",
                  "--output=json")
              .redirectErrorStream(true);
      stats.environment().put("REDIS_URL", redis.url());
      Process run = stats.start();
      String output = new String(run.getInputStream().readAllBytes(), UTF_8);
      assertThat(run.waitFor()).as(output).isEqualTo(ExitCodes.OK);
      assertThat(output).contains("\"keys\"");
    }
  }
}
