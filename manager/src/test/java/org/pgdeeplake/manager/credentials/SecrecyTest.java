package org.pgdeeplake.manager.credentials;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.pgdeeplake.manager.Manage;
import org.pgdeeplake.manager.command.ExitCodes;

/**
 * However much the servers log, credentials are in no log, no statistics, no process list and no
 * file but their own: neither as they are nor in base64.
 */
class SecrecyTest {
  private static final String SECRET = "topSECRETtopSECRETtopSECRETtopSECRET";

  /** Each logs what passes as loudly as PostgreSQL can. */
  private static final String LOUD =
      """
      shared_preload_libraries = 'pg_stat_statements,auto_explain'
      pg_stat_statements.track = all
      auto_explain.log_min_duration = 0
      auto_explain.log_parameter_max_length = -1
      auto_explain.log_nested_statements = on
      log_statement = all
      log_duration = on
      log_min_duration_statement = 0
      log_parameter_max_length = -1
      log_parameter_max_length_on_error = -1
      debug_print_parse = on
      debug_print_plan = on
      """;

  @AutoClose private final ThreeInstances three;
  private final Set<String> seen = ConcurrentHashMap.newKeySet();

  SecrecyTest() throws Exception {
    three = new ThreeInstances();
  }

  /** What would betray it, in whatever part of three bytes base64 begins. */
  private static List<String> traces() {
    List<String> traces = new ArrayList<>(List.of(SECRET));
    for (int skip = 0; skip < 3; skip++) {
      byte[] part = SECRET.substring(skip).getBytes(StandardCharsets.US_ASCII);
      traces.add(Base64.getEncoder().encodeToString(part).substring(0, 24));
    }
    // As debug_print_plan shows the bytes of a constant.
    StringBuilder bytes = new StringBuilder();
    SECRET.substring(0, 9).chars().forEach(c -> bytes.append(c).append(' '));
    traces.add(bytes.toString().strip());
    return traces;
  }

  private void watch(Thread rotation) throws Exception {
    List<Connection> sessions = new ArrayList<>();
    for (int ordinal : ThreeInstances.ORDINALS) {
      sessions.add(three.connect(ordinal));
    }
    rotation.start();
    while (rotation.isAlive()) {
      for (Connection session : sessions) {
        seen.add(
            ThreeInstances.ask(session, "SELECT string_agg(query, ' ') FROM pg_stat_activity"));
      }
      try (Stream<Path> processes = Files.list(Path.of("/proc"))) {
        processes.map(process -> process.resolve("cmdline")).forEach(this::see);
      }
    }
    for (Connection session : sessions) {
      session.close();
    }
  }

  private void see(Path commandLine) {
    try {
      seen.add(Files.readString(commandLine, StandardCharsets.ISO_8859_1));
    } catch (IOException _) {
      // No process, or one that is gone.
    }
  }

  @Test
  void nothingShowsThem() throws Exception {
    three.configure(1, LOUD + "log_min_messages = debug5\n");
    // Both are in force after the line of the same name in the credentials file.
    three.configure(2, LOUD);
    three.configure(3, LOUD);
    three.startAll();
    three.execute(2, "ALTER SYSTEM SET log_min_messages = 'debug2'");
    three.execute(2, "SELECT pg_reload_conf()");
    three.execute(3, "CREATE EXTENSION pg_stat_statements");
    three.dotEnv("AKIASECRECY", SECRET + "1", SECRET + "2");
    List<Manage> done = new ArrayList<>();

    watch(new Thread(() -> done.add(three.rotate())));

    assertThat(done.getFirst().code()).as(done.toString()).isEqualTo(ExitCodes.OK);
    three.execute(3, "ALTER ROLE postgres SET deeplake.creds = 'x'");
    three.dotEnv("AKIASECRECY", SECRET + "3", SECRET + "4");
    watch(new Thread(() -> done.add(three.rotate())));
    assertThat(done.get(1).out()).contains("rolled back");

    assertThat(String.join("\n", seen))
        .contains("pg_reload_conf", "base64 -d")
        .doesNotContain(traces());
    assertThat(done.toString()).doesNotContain(traces());
    for (int ordinal : ThreeInstances.ORDINALS) {
      assertThat(three.log(ordinal)).contains("pg_stat_activity").doesNotContain(traces());
    }
    assertThat(three.ask(3, "SELECT string_agg(query, ' ') FROM pg_stat_statements(true)"))
        .contains("pg_stat_activity")
        .doesNotContain(traces());
    assertInNoFile();
  }

  private void assertInNoFile() throws IOException {
    try (Stream<Path> all = Files.walk(three.path())) {
      for (Path file : all.filter(Files::isRegularFile).toList()) {
        if (!file.endsWith(".env")) {
          assertThat(Files.readString(file, StandardCharsets.ISO_8859_1))
              .as(file.toString())
              .doesNotContain(traces());
        }
      }
    }
  }

  @Test
  void aServerWhoseLogCannotBeSilencedIsLeftAlone() throws Exception {
    three.configure(2, "log_min_messages = warning\nlog_destination = stderr");
    three.startAll();
    three.dotEnv("AKIALOUD", SECRET, "");

    Manage failed = three.rotate();

    assertThat(failed.code()).isEqualTo(ExitCodes.FAILED);
    assertThat(failed.out())
        .contains("pg-deeplake-2  failed: its log would show the credentials", "Nothing was");
    for (int ordinal : ThreeInstances.ORDINALS) {
      assertThat(three.held(ordinal)).isEmpty();
      three.assertNothingAside(ordinal);
      assertThat(three.log(ordinal)).doesNotContain(SECRET);
    }
  }
}
