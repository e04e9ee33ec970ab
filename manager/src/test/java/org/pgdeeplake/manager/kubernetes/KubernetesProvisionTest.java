package org.pgdeeplake.manager.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.sql.Connection;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.pgdeeplake.manager.Manage;
import org.pgdeeplake.manager.command.ExitCodes;
import org.pgdeeplake.manager.local.TestData;

/** A command works on the pods as on any instances; one that cannot answer is named with why. */
@Tag("long")
class KubernetesProvisionTest {
  @AutoClose private final KubernetesScene scene = new KubernetesScene();

  KubernetesProvisionTest() throws Exception {}

  private boolean exists(int ordinal, String database) throws Exception {
    try (Connection connection = TestData.connect(scene.port(ordinal));
        var query = connection.prepareStatement("SELECT 1 FROM pg_database WHERE datname = ?")) {
      query.setString(1, database);
      return query.executeQuery().next();
    }
  }

  @Test
  void everyPodGetsTheDatabaseAndNoStreamIsLeft() throws Exception {
    Manage done = scene.manage("provision-db", "tpch", "--context=stage");
    assertThat(done.code()).as(done.toString()).isEqualTo(ExitCodes.OK);
    assertThat(done.out())
        .containsSubsequence("pg-deeplake-0", "created", "pg-deeplake-1", "created");
    assertThat(exists(0, "tpch")).isTrue();
    assertThat(exists(1, "tpch")).isTrue();
    await().until(() -> scene.server.portForwards.streams() == 0);
  }

  @Test
  void aPodInACrashLoopAndOneThatIsNotThereAreNamed() throws Exception {
    scene.server.statefulSet("pg-deeplake", 3);
    scene.server.pod("pg-deeplake-1", "crash-loop", 0);
    Manage done = scene.manage("provision-db", "tpch", "--namespace", "deeplake");
    assertThat(done.code()).as(done.toString()).isEqualTo(ExitCodes.PARTLY);
    assertThat(done.out().lines().skip(1))
        .satisfiesExactly(
            first -> assertThat(first).contains("pg-deeplake-0", "created"),
            second ->
                assertThat(second)
                    .contains(
                        "pg-deeplake-1",
                        "failed: CrashLoopBackOff: restarted 5 times, last OOMKilled (137)"),
            third -> assertThat(third).contains("pg-deeplake-2", "missing: no pod yet"));
  }

  @Test
  void scaledToZeroIsNoSuccess() {
    scene.server.statefulSet("pg-deeplake", 0);
    scene.server.deletePod("pg-deeplake-0");
    scene.server.deletePod("pg-deeplake-1");
    Manage done = scene.manage("provision-db", "tpch");
    assertThat(done.code()).isEqualTo(ExitCodes.FAILED);
    assertThat(done.out()).contains("pg-deeplake-0", "stopped: scaled to zero");
  }

  @Test
  void aStatefulSetOfAnotherNameIsFoundByItsLabel() throws Exception {
    scene.server.deleteStatefulSet("pg-deeplake");
    scene.server.statefulSet("prod-pg-deeplake", 1);
    scene.server.pod("prod-pg-deeplake-0", "running", scene.port(0));
    Manage done = scene.manage("provision-db", "tpch");
    assertThat(done.code()).as(done.toString()).isEqualTo(ExitCodes.OK);
    assertThat(done.out()).contains("prod-pg-deeplake-0").hasLineCount(2);
    assertThat(exists(0, "tpch")).isTrue();
  }

  @Test
  void aPodBeyondTheReplicasIsStillAnInstance() throws Exception {
    scene.server.statefulSet("pg-deeplake", 1);
    Manage done = scene.manage("provision-db", "tpch", "-o", "json");
    assertThat(done.code()).as(done.toString()).isEqualTo(ExitCodes.OK);
    assertThat(done.json().get("instances")).hasSize(2);
  }

  @Test
  void aPodWhosePostgresDoesNotListenIsNamedInKubeletsWords() throws Exception {
    scene.postgres.stop(2);
    Manage done = scene.manage("provision-db", "tpch");
    assertThat(done.code()).isEqualTo(ExitCodes.PARTLY);
    assertThat(done.out())
        .contains("port-forward to pod pg-deeplake-1 broke off: error forwarding port 5432")
        .contains("connection refused");
  }

  @Test
  void aPortForwardThatIsForbiddenNamesTheVerbThatIsMissing() {
    scene.server.forbid("create", "pods/portforward", "");
    Manage done = scene.manage("provision-db", "tpch");
    assertThat(done.code()).as(done.toString()).isEqualTo(ExitCodes.FAILED);
    assertThat(done.out())
        .contains("port-forward to pod pg-deeplake-0: forbidden", "context stage")
        .contains("lacks the verb create on pods/portforward");
  }

  @Test
  void statusNeedsNoAddressOfTheUsers() {
    scene.server.pod("pg-deeplake-1", "unschedulable", 0);
    Manage status = scene.manage("status");
    assertThat(status.code()).isEqualTo(ExitCodes.FAILED);
    assertThat(status.out())
        .contains("pg-deeplake-0", "pg-deeplake-1", "Unschedulable: 0/3 nodes are available")
        .contains("no pod of the proxy runs");
  }
}
