package org.pgdeeplake.manager.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.pgdeeplake.manager.deployment.DeploymentFailed;
import org.pgdeeplake.manager.deployment.Started;

/** A start ends with a server that takes sessions, or with a message that says why not. */
class LocalDeploymentTest {
  private static final int FIRST = 1;

  @AutoClose private final TestData data = new TestData();

  @Test
  void startsPostgres18AndStopsIt() throws Exception {
    LocalDeployment deployment = data.deployment(1);
    assertThat(deployment.isRunning(FIRST)).isFalse();

    Started started = deployment.start(FIRST);

    assertThat(deployment.isRunning(FIRST)).isTrue();
    assertThat(started.adopted()).isFalse();
    assertThat(query(deployment, "SHOW server_version")).startsWith("18.");
    assertThat(query(deployment, "SHOW listen_addresses")).isEqualTo("127.0.0.1");
    assertThat(query(deployment, "SHOW unix_socket_directories")).isEmpty();

    deployment.stop(FIRST);

    assertThat(deployment.isRunning(FIRST)).isFalse();
    assertThat(started.exit()).succeedsWithin(Duration.ofSeconds(5));
  }

  @Test
  void keepsDataOverARestartAndOverANewManager() throws Exception {
    LocalDeployment deployment = data.deployment(1);
    deployment.start(FIRST);
    execute(deployment, "CREATE TABLE kept AS SELECT 42 AS answer");
    deployment.stop(FIRST);

    LocalDeployment later = data.deployment(1);
    later.start(FIRST);

    assertThat(query(later, "SELECT answer FROM kept")).isEqualTo("42");
  }

  @Test
  void stopEndsBusySessions() throws Exception {
    LocalDeployment deployment = data.deployment(1);
    deployment.start(FIRST);
    try (Connection connection = connect(deployment);
        Statement statement = connection.createStatement()) {
      connection.setAutoCommit(false);
      statement.execute("SELECT 1");

      deployment.stop(FIRST);

      assertThat(deployment.isRunning(FIRST)).isFalse();
      assertThatThrownBy(() -> statement.execute("SELECT 1")).isInstanceOf(SQLException.class);
    }
  }

  @Test
  void recoversAfterKill9() throws Exception {
    LocalDeployment deployment = data.deployment(1);
    Started first = deployment.start(FIRST);
    execute(deployment, "CREATE TABLE kept AS SELECT 42 AS answer");
    TestData.kill9(first.pid());
    assertThat(first.exit()).succeedsWithin(Duration.ofSeconds(10));
    assertThat(deployment.isRunning(FIRST)).isFalse();

    // Children of the killed server may hold its shared memory for a moment.
    await()
        .atMost(Duration.ofSeconds(20))
        .ignoreExceptionsInstanceOf(DeploymentFailed.class)
        .until(() -> !deployment.start(FIRST).adopted());

    assertThat(query(deployment, "SELECT answer FROM kept")).isEqualTo("42");
  }

  @Test
  void startsThoughThePidOfItsLastRunNowBelongsToAnotherProgram() throws Exception {
    LocalDeployment deployment = data.deployment(1);
    Started first = deployment.start(FIRST);
    Path pidFile = LocalInstance.data(data.path(), FIRST).resolve("postmaster.pid");
    List<String> lines = Files.readAllLines(pidFile);
    deployment.stop(FIRST);
    // PostgreSQL asks whether it may signal the pid, so the stranger must be the server's user.
    Process stranger =
        Subprocess.builder(ServerUser.choose().command(List.of("sleep", "600")), Path.of("/"))
            .start();
    try {
      lines.set(0, Long.toString(stranger.pid()));
      Files.write(pidFile, lines);
      ServerUser.choose().give(pidFile);
      await()
          .until(() -> Files.readString(Path.of("/proc", lines.get(0), "comm")), "sleep\n"::equals);
      assertThat(deployment.isRunning(FIRST)).isFalse();

      Started second = deployment.start(FIRST);

      assertThat(second.pid()).isNotIn(first.pid(), stranger.pid());
      assertThat(stranger.isAlive()).isTrue();
    } finally {
      stranger.destroyForcibly();
    }
  }

  @Test
  void takesOverAServerThatAKilledManagerLeft() throws Exception {
    LocalDeployment killed = data.deployment(1);
    Started first = killed.start(FIRST);

    LocalDeployment later = LocalDeployment.prepare(data.path(), killed.instances());
    assertThat(LocalDeployment.runningPort(data.path(), FIRST)).hasValue(port(killed));
    Started second = later.start(FIRST);

    assertThat(second.adopted()).isTrue();
    assertThat(second.pid()).isEqualTo(first.pid());
    later.stop(FIRST);
    assertThat(first.exit()).succeedsWithin(Duration.ofSeconds(5));
    assertThat(LocalDeployment.runningPort(data.path(), FIRST)).isEmpty();
  }

  @Test
  void restartsALeftServerThatListensElsewhere() throws Exception {
    Started first = data.deployment(1).start(FIRST);

    LocalDeployment later = data.deployment(1);
    Started second = later.start(FIRST);

    assertThat(first.exit()).succeedsWithin(Duration.ofSeconds(5));
    assertThat(second.adopted()).isFalse();
    assertThat(query(later, "SHOW port")).isEqualTo(Integer.toString(port(later)));
  }

  @Test
  void namesAPortThatIsTaken() throws Exception {
    LocalDeployment deployment = data.deployment(1);
    try (ServerSocket taken = new ServerSocket()) {
      taken.bind(Loopback.address(port(deployment)));

      assertThatThrownBy(() -> deployment.start(FIRST))
          .isInstanceOf(DeploymentFailed.class)
          .hasMessageContainingAll(
              "pg-deeplake-1", "127.0.0.1:" + port(deployment), "Address already in use");
    }
  }

  @Test
  void showsTheEndOfTheLogIfTheServerDoesNotStart() throws Exception {
    LocalDeployment deployment = data.deployment(1);
    Files.writeString(
        LocalInstance.data(data.path(), FIRST).resolve("postgresql.conf"),
        "no_such_setting = 1\n",
        StandardOpenOption.APPEND);

    assertThatThrownBy(() -> deployment.start(FIRST))
        .isInstanceOf(DeploymentFailed.class)
        .hasMessageContainingAll("pg-deeplake-1", "postgresql.log", "no_such_setting");
    assertThat(deployment.isRunning(FIRST)).isFalse();
  }

  @Test
  void namesTheDirectoryThatTheServersUserCannotPass() throws IOException {
    assumeTrue(ServerUser.currentUid() == 0, "only root hands over to another user");
    Path closed = Files.createDirectory(data.path().resolve("closed"));
    Directories.permit(closed, "rwx------");

    assertThatThrownBy(() -> LocalDeployment.prepare(closed.resolve("data"), List.of()))
        .isInstanceOf(DeploymentFailed.class)
        .hasMessageContainingAll("cannot enter " + closed + " on the way", "--data", "chmod o+x");
  }

  @Test
  void createsTheDataAgainAfterAnInterruptedInitdb() throws Exception {
    Path unfinished = data.path().resolve("pg-deeplake-1/data.initdb");
    Files.createDirectories(unfinished);
    Files.writeString(unfinished.resolve("PG_VERSION"), "18\n");

    LocalDeployment deployment = data.deployment(1);

    assertThat(unfinished).doesNotExist();
    deployment.start(FIRST);
    assertThat(query(deployment, "SELECT 1")).isEqualTo("1");
  }

  @Test
  void runsSeveralBesideEachOther() throws Exception {
    LocalDeployment deployment = data.deployment(2);
    deployment.start(1);
    deployment.start(2);
    deployment.stop(1);
    assertThat(deployment.isRunning(1)).isFalse();
    assertThat(deployment.isRunning(2)).isTrue();
  }

  private static int port(LocalDeployment deployment) throws Exception {
    return deployment.instances().getFirst().port();
  }

  private static Connection connect(LocalDeployment deployment) throws Exception {
    return TestData.connect(port(deployment));
  }

  private static String query(LocalDeployment deployment, String sql) throws Exception {
    try (Connection connection = connect(deployment);
        Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(sql)) {
      result.next();
      return result.getString(1);
    }
  }

  private static void execute(LocalDeployment deployment, String sql) throws Exception {
    try (Connection connection = connect(deployment);
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }
}
