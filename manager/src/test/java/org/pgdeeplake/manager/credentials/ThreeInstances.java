package org.pgdeeplake.manager.credentials;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.pgdeeplake.manager.Manage;
import org.pgdeeplake.manager.deployment.DeploymentFailed;
import org.pgdeeplake.manager.deployment.Instance;
import org.pgdeeplake.manager.deployment.Started;
import org.pgdeeplake.manager.local.LocalDeployment;
import org.pgdeeplake.manager.local.TestData;
import org.pgdeeplake.manager.terminal.Terminal;

/** Real servers, and {@code manage rotate-creds} on them as a user types it. */
final class ThreeInstances implements AutoCloseable {
  static final List<Integer> ORDINALS = List.of(1, 2, 3);

  private final TestData data = new TestData();
  private final LocalDeployment deployment;
  private final Map<Integer, Started> started = new HashMap<>();

  ThreeInstances() throws Exception {
    deployment = data.deployment(3);
  }

  ThreeInstances startAll() throws Exception {
    for (int ordinal : ORDINALS) {
      start(ordinal);
    }
    return this;
  }

  void start(int ordinal) throws Exception {
    started.put(ordinal, deployment.start(ordinal));
  }

  LocalDeployment deployment() {
    return deployment;
  }

  Path path() {
    return data.path();
  }

  long pid(int ordinal) {
    return started(ordinal).pid();
  }

  Started started(int ordinal) {
    return Objects.requireNonNull(started.get(ordinal));
  }

  /** Before the start. */
  void configure(int ordinal, String lines) throws Exception {
    Files.writeString(
        data.path().resolve("pg-deeplake-" + ordinal + "/data/postgresql.conf"),
        lines + "\n",
        StandardOpenOption.APPEND);
  }

  String log(int ordinal) throws Exception {
    return Files.readString(data.path().resolve("pg-deeplake-" + ordinal + "/postgresql.log"));
  }

  Path file(int ordinal) {
    return Path.of(deployment.credentialsFile(instance(ordinal)));
  }

  Path file(int ordinal, String suffix) {
    return Path.of(file(ordinal) + suffix);
  }

  private Instance instance(int ordinal) {
    try {
      return deployment.instances().get(ordinal - 1);
    } catch (DeploymentFailed e) {
      throw new IllegalStateException(e);
    }
  }

  Connection connect(int ordinal) throws SQLException {
    return TestData.connect(instance(ordinal).port());
  }

  static String ask(Connection connection, String sql) throws SQLException {
    try (var statement = connection.createStatement();
        var rows = statement.executeQuery(sql)) {
      return rows.next() ? String.valueOf(rows.getString(1)) : "";
    }
  }

  String ask(int ordinal, String sql) throws SQLException {
    try (Connection connection = connect(ordinal)) {
      return ask(connection, sql);
    }
  }

  void execute(int ordinal, String sql) throws SQLException {
    try (Connection connection = connect(ordinal);
        var statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  /** What a new session has, or "". */
  String held(int ordinal) throws SQLException {
    return ask(ordinal, "SELECT coalesce(current_setting('deeplake.creds', true), '')");
  }

  void dotEnv(String id, String secret, String token) throws Exception {
    Files.writeString(
        data.path().resolve(".env"),
        "AWS_ACCESS_KEY_ID='%s'\nAWS_SECRET_ACCESS_KEY='%s'\nAWS_SESSION_TOKEN='%s'\n"
            .formatted(id, secret, token));
  }

  void noDotEnv() throws Exception {
    Files.deleteIfExists(data.path().resolve(".env"));
  }

  Manage rotate(String... args) {
    return rotate("", Map.of(), args);
  }

  Manage rotate(String input, Map<String, String> environment, String... args) {
    List<String> all = new ArrayList<>(List.of("rotate-creds"));
    all.addAll(List.of(args));
    all.addAll(List.of("--deployment=local", "--data=" + data.path()));
    Terminal terminal =
        new Terminal(
            false,
            false,
            false,
            false,
            new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)));
    return Manage.run(data.path(), environment, terminal, all.toArray(String[]::new));
  }

  /** All have these, the file is one line that only its owner can read, and nothing lies aside. */
  void assertAllHold(String id, String secret, String token) throws Exception {
    for (int ordinal : ORDINALS) {
      assertHolds(ordinal, id, secret, token);
    }
  }

  void assertHolds(int ordinal, String id, String secret, String token) throws Exception {
    var json = new ObjectMapper().readTree(held(ordinal));
    assertThat(json.path("aws_access_key_id").asText()).isEqualTo(id);
    assertThat(json.path("aws_secret_access_key").asText()).isEqualTo(secret);
    assertThat(json.has("session_token")).isEqualTo(!token.isEmpty());
    assertThat(json.path("session_token").asText("")).isEqualTo(token);
    assertThat(Files.readString(file(ordinal))).startsWith("deeplake.creds = '").hasLineCount(1);
    assertThat(Files.getPosixFilePermissions(file(ordinal)).toString())
        .isEqualTo("[OWNER_READ, OWNER_WRITE]");
    assertThat(Files.getFileStore(file(ordinal)).type()).isEqualTo("tmpfs");
    assertNothingAside(ordinal);
    assertThat(ask(ordinal, "SHOW log_min_messages")).isEqualTo("warning");
  }

  void assertNothingAside(int ordinal) {
    for (String suffix : List.of(".new", ".old", ".tmp")) {
      assertThat(file(ordinal, suffix)).doesNotExist();
    }
  }

  @Override
  public void close() throws IOException, DeploymentFailed {
    data.close();
  }
}
