// What operators read: event lines with date and level, access-log lines as they are, libraries
// only when they warn.
package org.pgdeeplake.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.pgdeeplake.proxy.config.LogConfig;
import org.pgdeeplake.proxy.log.Logging;
import org.slf4j.LoggerFactory;

class LogbackTest {
  private static final String DATE =
      "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}(Z|[+-]\\d\\d:\\d\\d) ";

  @TempDir private Path directory;

  @Test
  void infoIsTheDefault() throws Exception {
    assertThat(lines())
        .satisfiesExactlyInAnyOrder(
            line -> assertThat(line).matches(DATE + "INFO  proxy info"),
            line -> assertThat(line).matches(DATE + "WARN  netty warn"),
            line -> assertThat(line).isEqualTo("127.0.0.1:1 [date] pg_frontend"));
  }

  @Test
  void theLevelHidesWhatIsLessImportant() throws Exception {
    assertThat(lines("DEBUG", "TEXT", "true"))
        .anySatisfy(line -> assertThat(line).matches(DATE + "DEBUG proxy debug"))
        .noneSatisfy(line -> assertThat(line).contains("netty info"));
    assertThat(lines("WARN", "TEXT", "true")).singleElement().asString().endsWith("netty warn");
    assertThat(lines("ERROR", "TEXT", "true")).isEmpty();
  }

  @Test
  void sessionsCanBeLeftOut() throws Exception {
    assertThat(lines("INFO", "TEXT", "false"))
        .hasSize(2)
        .noneSatisfy(line -> assertThat(line).contains("pg_frontend"));
  }

  @Test
  void jsonIsOneObjectALine() throws Exception {
    assertThat(lines("INFO", "JSON", "true"))
        .satisfiesExactlyInAnyOrder(
            line ->
                assertThat(line)
                    .matches(
                        "\\{\"timestamp\":\""
                            + DATE.strip()
                            + "\",\"level\":\"INFO\",\"logger\":\"org.pgdeeplake.proxy.Any\","
                            + "\"message\":\"proxy info\"}"),
            line -> assertThat(line).contains("\"message\":\"netty warn\""),
            line ->
                assertThat(line)
                    .endsWith("\"message\":\"127.0.0.1:1 [date] pg_frontend\",\"tls\":true}"));
  }

  private List<String> lines(String... config) throws Exception {
    try (ChildJvm child = new ChildJvm(directory, Map.of(), Child.class.getName(), config)) {
      assertThat(child.awaitExit()).isZero();
      return child.output().lines().toList();
    }
  }

  /** Logs one line for each rule, and ends as the proxy does. */
  static final class Child {
    private Child() {}

    public static void main(String[] args) {
      if (args.length > 0) {
        Logging.ofProcess()
            .apply(
                new LogConfig(
                    LogConfig.Level.valueOf(args[0]),
                    LogConfig.Format.valueOf(args[1]),
                    Boolean.parseBoolean(args[2])));
      }
      LoggerFactory.getLogger("org.pgdeeplake.proxy.Any").info("proxy info");
      LoggerFactory.getLogger("org.pgdeeplake.proxy.Any").debug("proxy debug");
      LoggerFactory.getLogger("io.netty.Any").info("netty info");
      LoggerFactory.getLogger("io.netty.Any").warn("netty warn");
      LoggerFactory.getLogger("session")
          .atInfo()
          .addKeyValue("tls", true)
          .log("127.0.0.1:1 [date] pg_frontend");
      System.exit(0);
    }
  }
}
