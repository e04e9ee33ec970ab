// What operators read: event lines with date and level, access-log lines as they are, libraries
// only when they warn.
package org.pgdeeplake.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

class LogbackTest {
  private static final String DATE =
      "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}(Z|[+-]\\d\\d:\\d\\d) ";

  @TempDir private Path directory;

  @Test
  void infoIsTheDefault() throws Exception {
    assertThat(lines(Map.of()))
        .satisfiesExactlyInAnyOrder(
            line -> assertThat(line).matches(DATE + "INFO  proxy info"),
            line -> assertThat(line).matches(DATE + "WARN  netty warn"),
            line -> assertThat(line).isEqualTo("127.0.0.1:1 [date] pg_frontend"));
  }

  @Test
  void theEnvironmentChoosesTheLevel() throws Exception {
    assertThat(lines(Map.of("PG_PROXY_LOG_LEVEL", "DEBUG")))
        .anySatisfy(line -> assertThat(line).matches(DATE + "DEBUG proxy debug"))
        .noneSatisfy(line -> assertThat(line).contains("netty info"));
    assertThat(lines(Map.of("PG_PROXY_LOG_LEVEL", "WARN")))
        .singleElement()
        .asString()
        .endsWith("netty warn");
  }

  private List<String> lines(Map<String, String> environment) throws Exception {
    try (ChildJvm child = new ChildJvm(directory, environment, Child.class.getName())) {
      assertThat(child.awaitExit()).isZero();
      return child.output().lines().toList();
    }
  }

  /** Logs one line for each rule, and ends as the proxy does. */
  static final class Child {
    private Child() {}

    public static void main(String[] args) {
      LoggerFactory.getLogger("org.pgdeeplake.proxy.Any").info("proxy info");
      LoggerFactory.getLogger("org.pgdeeplake.proxy.Any").debug("proxy debug");
      LoggerFactory.getLogger("io.netty.Any").info("netty info");
      LoggerFactory.getLogger("io.netty.Any").warn("netty warn");
      LoggerFactory.getLogger("session").info("127.0.0.1:1 [date] pg_frontend");
      System.exit(0);
    }
  }
}
