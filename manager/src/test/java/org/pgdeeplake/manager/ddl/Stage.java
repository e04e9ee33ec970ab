package org.pgdeeplake.manager.ddl;

import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.pgdeeplake.manager.Manage;
import org.pgdeeplake.manager.deployment.Instance;
import org.pgdeeplake.manager.local.LocalDeployment;
import org.pgdeeplake.manager.local.TestData;

/**
 * Two running instances with a stand-in for pg_deeplake; they share nothing by themselves. For the
 * tests of one class.
 */
final class Stage implements BeforeAllCallback, AfterAllCallback {
  static final Duration LIMIT = Duration.ofSeconds(60);

  private final TestData data = new TestData();

  @SuppressWarnings("NullAway.Init") // before all
  private LocalDeployment deployment;

  private List<Instance> instances = List.of();
  private int databases;

  @Override
  public void beforeAll(ExtensionContext context) throws Exception {
    deployment = data.deployment(2);
    instances = deployment.instances();
    deployment.start(1);
    deployment.start(2);
    Path extension = Files.createDirectories(data.path().resolve("share/extension"));
    Files.writeString(
        extension.resolve("pg_deeplake.control"), "default_version = '1.0'\nrelocatable = true\n");
    Files.writeString(
        extension.resolve("pg_deeplake--1.0.sql"),
        "CREATE ACCESS METHOD deeplake TYPE TABLE HANDLER heap_tableam_handler;\n");
  }

  LocalDeployment deployment() {
    return deployment;
  }

  Path path() {
    return data.path();
  }

  /** A new one on both instances, with the extension. */
  String database() throws SQLException {
    String name = emptyDatabase(1, 2);
    for (int ordinal : List.of(1, 2)) {
      execute(
          ordinal,
          name,
          "SET extension_control_path = '" + data.path().resolve("share") + "'",
          "CREATE EXTENSION pg_deeplake");
    }
    return name;
  }

  String emptyDatabase(int... ordinals) throws SQLException {
    String name = "db" + ++databases;
    for (int ordinal : ordinals) {
      execute(ordinal, "postgres", "CREATE DATABASE " + name);
    }
    return name;
  }

  Connection connect(int ordinal, String database) throws SQLException {
    int port = instances.get(ordinal - 1).port();
    return DriverManager.getConnection(
        "jdbc:postgresql://127.0.0.1:%d/%s?sslmode=disable&gssEncMode=disable"
            .formatted(port, database),
        "postgres",
        "");
  }

  void execute(int ordinal, String database, String... statements) throws SQLException {
    try (Connection connection = connect(ordinal, database);
        Statement statement = connection.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    }
  }

  /** The first column of the first row, or "none". */
  String ask(int ordinal, String database, String query) throws SQLException {
    try (Connection connection = connect(ordinal, database);
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(query)) {
      return rows.next() ? String.valueOf(rows.getString(1)) : "none";
    }
  }

  boolean exists(int ordinal, String database, String table) throws SQLException {
    return !ask(ordinal, database, "SELECT to_regclass('" + table + "')").equals("null");
  }

  /** Plays the sync worker: as soon as the first instance has the table, the second gets it too. */
  CompletableFuture<Void> sync(String database, String table, String sql) {
    return CompletableFuture.runAsync(
        () -> {
          await().atMost(LIMIT).until(() -> exists(1, database, table));
          try {
            execute(2, database, sql);
          } catch (SQLException e) {
            throw new IllegalStateException(e);
          }
        },
        Executors.newVirtualThreadPerTaskExecutor());
  }

  Manage runDdl(String... args) {
    return runDdl(Map.of(), args);
  }

  Manage runDdl(Map<String, String> environment, String... args) {
    return Manage.run(data.path(), environment, arguments(args));
  }

  /** For a process or a run of its own. */
  String[] arguments(String... args) {
    List<String> all =
        new ArrayList<>(List.of("run-ddl", "--deployment=local", "--data=" + data.path()));
    all.addAll(List.of(args));
    return all.toArray(String[]::new);
  }

  CompletableFuture<Manage> begin(String... args) {
    return CompletableFuture.supplyAsync(
        () -> runDdl(args), Executors.newVirtualThreadPerTaskExecutor());
  }

  /** Waits until a session of a manager is there; returns its server process. */
  long awaitSession(String condition) {
    return Long.parseLong(
        await()
            .atMost(LIMIT)
            .until(
                () ->
                    ask(
                        1,
                        "postgres",
                        "SELECT pid FROM pg_stat_activity WHERE starts_with(application_name,"
                            + " 'pg-manager ddl-') AND "
                            + condition),
                pid -> !pid.equals("none")));
  }

  /** A session that locks table t: DDL on it takes until its end. */
  Connection obstacle(String database) throws SQLException {
    Connection obstacle = connect(1, database);
    obstacle.setAutoCommit(false);
    try (Statement statement = obstacle.createStatement()) {
      statement.execute("LOCK TABLE t");
    }
    return obstacle;
  }

  /** Waits until no session of a manager is left. */
  void awaitNoSession() {
    await()
        .atMost(LIMIT)
        .ignoreExceptionsInstanceOf(SQLException.class)
        .until(
            () ->
                ask(
                    1,
                    "postgres",
                    "SELECT pid FROM pg_stat_activity WHERE application_name LIKE 'pg-manager ddl-%'"),
            "none"::equals);
  }

  @Override
  public void afterAll(ExtensionContext context) throws Exception {
    data.close();
  }
}
