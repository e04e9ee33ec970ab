package org.pgdeeplake.manager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import org.pgdeeplake.manager.local.TestData;

/**
 * What stands in for pg_deeplake: an access method of its name that is heap's, and its catalog. Its
 * settings are placeholders, as those of a library that is not loaded. An instance knows it once it
 * is told where it is.
 */
public final class StandInExtension {
  private static final Duration LIMIT = Duration.ofSeconds(20);
  private static final String NAME = "pg_deeplake";
  public static final String VERSION = "4.9.1";

  private final Path share;

  /** Its files go into the directory of the test. */
  public StandInExtension(TestData data) throws IOException {
    share = data.path().resolve("share");
    Path directory = Files.createDirectories(share.resolve("extension"));
    Files.writeString(
        directory.resolve(NAME + ".control"),
        "default_version = '%s'%nrelocatable = true%n".formatted(VERSION));
    Files.writeString(
        directory.resolve(NAME + "--" + VERSION + ".sql"),
        """
        CREATE ACCESS METHOD deeplake TYPE TABLE HANDLER heap_tableam_handler;
        CREATE TABLE pg_deeplake_tables (name text);
        """);
  }

  /** The server knows it from now on; no database has it yet. */
  public void offer(int port) throws SQLException {
    set(port, "extension_control_path", share + ":$system");
  }

  /** As a stateless instance on that path has it, in the database postgres. */
  public void install(int port, String rootPath) throws SQLException {
    offer(port);
    set(port, "deeplake.stateless_enabled", "on");
    set(port, "deeplake.root_path", rootPath);
    execute(port, "CREATE EXTENSION IF NOT EXISTS " + NAME);
  }

  /** As if it had never been there. */
  public static void remove(int port) throws SQLException {
    execute(port, "DROP EXTENSION IF EXISTS " + NAME + " CASCADE", "ALTER SYSTEM RESET ALL");
    execute(port, "SELECT pg_reload_conf()");
    awaitSetting(port, "extension_control_path", "$system");
    awaitSetting(port, "deeplake.root_path", "");
  }

  /** Returns when new sessions have it. */
  public static void set(int port, String name, String value) throws SQLException {
    execute(port, "ALTER SYSTEM SET %s = '%s'".formatted(name, value));
    execute(port, "SELECT pg_reload_conf()");
    awaitSetting(port, name, value);
  }

  private static void awaitSetting(int port, String name, String value) {
    await()
        .atMost(LIMIT)
        .untilAsserted(() -> {
          try (Connection connection = TestData.connect(port);
              Statement statement = connection.createStatement();
              var row =
                  statement.executeQuery(
                      "SELECT coalesce(current_setting('%s', true), '')".formatted(name))) {
            row.next();
            assertThat(row.getString(1)).isEqualTo(value);
          }
        });
  }

  public static void execute(int port, String... statements) throws SQLException {
    try (Connection connection = TestData.connect(port);
        Statement statement = connection.createStatement()) {
      for (String each : statements) {
        statement.execute(each);
      }
    }
  }
}
