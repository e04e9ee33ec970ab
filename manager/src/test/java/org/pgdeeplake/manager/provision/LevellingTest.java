package org.pgdeeplake.manager.provision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.pgdeeplake.manager.StandInExtension.execute;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.pgdeeplake.manager.deployment.Instance;
import org.pgdeeplake.manager.local.LocalDeployment;
import org.pgdeeplake.manager.local.TestData;
import org.pgdeeplake.manager.postgres.PostgresAccess;

/** A newcomer gets what the others have, owner included; what it cannot get is told. */
@Tag("long")
class LevellingTest {
  @AutoClose private final TestData data = new TestData();
  private final List<String> told = new ArrayList<>();
  private LocalDeployment deployment;
  private Instance first;
  private Instance newcomer;
  private long pidOfFirst;

  @BeforeEach
  void startTwo() throws Exception {
    deployment = data.deployment(2);
    pidOfFirst = deployment.start(1).pid();
    deployment.start(2);
    first = deployment.instances().get(0);
    newcomer = deployment.instances().get(1);
  }

  private List<String> level(Duration timeout) throws Exception {
    PostgresAccess access = new PostgresAccess("postgres", "", timeout);
    return new Levelling(deployment, access).level(List.of(newcomer), told::add);
  }

  private String owner(String database) throws Exception {
    try (var connection = TestData.connect(newcomer.port());
        var rows =
            connection
                .createStatement()
                .executeQuery(
                    "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = '%s'"
                        .formatted(database))) {
      return rows.next() ? rows.getString(1) : "none";
    }
  }

  @Test
  void theOwnerIsThatOfTheOthers() throws Exception {
    for (Instance each : List.of(first, newcomer)) {
      execute(each.port(), "CREATE ROLE analyst");
    }
    execute(first.port(), "CREATE DATABASE sales OWNER analyst", "CREATE DATABASE tpch");

    assertThat(level(Duration.ofSeconds(10))).isEmpty();

    assertThat(told)
        .containsExactly(
            "database sales on pg-deeplake-2 created", "database tpch on pg-deeplake-2 created");
    assertThat(owner("sales")).isEqualTo("analyst");
    assertThat(owner("tpch")).isEqualTo("postgres");
  }

  @Test
  void aRoleThatTheNewcomerLacksIsNamedAndTheRestIsDone() throws Exception {
    execute(
        first.port(),
        "CREATE ROLE analyst",
        "CREATE DATABASE sales OWNER analyst",
        "CREATE DATABASE tpch");

    assertThat(level(Duration.ofSeconds(10)))
        .singleElement()
        .asString()
        .startsWith("database sales on pg-deeplake-2: there is no role analyst, to which it is");

    assertThat(owner("sales")).isEqualTo("none");
    assertThat(owner("tpch")).isEqualTo("postgres");
  }

  @Test
  void oneThatIsThereAlreadyIsLeftToItsOwner() throws Exception {
    execute(newcomer.port(), "CREATE ROLE other", "CREATE DATABASE sales OWNER other");
    execute(first.port(), "CREATE DATABASE sales");

    assertThat(level(Duration.ofSeconds(10))).isEmpty();

    assertThat(owner("sales")).isEqualTo("other");
  }

  @Test
  void anInstanceThatRunsAndDoesNotAnswerIsAFailure() throws Exception {
    execute(first.port(), "CREATE DATABASE tpch");
    TestData.signal("STOP", pidOfFirst);
    try {
      assertThat(level(Duration.ofSeconds(1)))
          .singleElement()
          .asString()
          .startsWith("which databases pg-deeplake-1 has is not known: no answer");
    } finally {
      TestData.signal("CONT", pidOfFirst);
    }
    assertThat(owner("tpch")).isEqualTo("none");
  }
}
