package org.pgdeeplake.manager.provision;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.pgdeeplake.manager.Manage;
import org.pgdeeplake.manager.command.ExitCodes;
import org.pgdeeplake.manager.local.LocalDeployment;
import org.pgdeeplake.manager.local.TestData;

/**
 * A database is made on every instance that can have it, and a second run makes what is missing.
 */
class ProvisionDbTest {
  @AutoClose private final TestData data = new TestData();
  private LocalDeployment deployment;

  @BeforeEach
  void startTwo() throws Exception {
    deployment = data.deployment(2);
    deployment.start(1);
    deployment.start(2);
  }

  private Manage provision(String... args) {
    String[] all = new String[args.length + 1];
    all[0] = "provision-db";
    System.arraycopy(args, 0, all, 1, args.length);
    return Manage.local(data.path(), all);
  }

  private List<String> databases(int ordinal) throws Exception {
    try (Connection connection = TestData.connect(port(ordinal));
        var rows =
            connection
                .createStatement()
                .executeQuery(
                    "SELECT array_agg(datname ORDER BY datname) FROM pg_database WHERE NOT datistemplate")) {
      rows.next();
      return List.of((String[]) rows.getArray(1).getArray());
    }
  }

  private int port(int ordinal) throws Exception {
    return deployment.instances().get(ordinal - 1).port();
  }

  @Test
  void everyInstanceGetsItAndASecondRunChangesNothing() throws Exception {
    Manage first = provision("tpch");
    assertThat(first.code()).isEqualTo(ExitCodes.OK);
    assertThat(first.out())
        .containsSubsequence(
            "INSTANCE", "DATABASE", "RESULT", "pg-deeplake-1", "tpch", "created", "pg-deeplake-2");
    assertThat(databases(1)).contains("tpch");
    assertThat(databases(2)).contains("tpch");

    Manage second = provision("tpch", "--output", "json");

    assertThat(second.code()).isEqualTo(ExitCodes.OK);
    assertThat(second.json().at("/instances/0/result").asText()).isEqualTo("exists");
    assertThat(second.json().at("/instances/1/result").asText()).isEqualTo("exists");
  }

  @Test
  void anExistingOneIsAFailureIfTheUserSaysSo() {
    assertThat(provision("tpch").code()).isEqualTo(ExitCodes.OK);
    Manage again = provision("tpch", "--must-not-exist");
    assertThat(again.code()).isEqualTo(ExitCodes.FAILED);
    assertThat(again.out()).contains("failed: database tpch exists already");
    assertThat(provision("tpch", "--if-not-exists").code()).isEqualTo(ExitCodes.OK);
  }

  @Test
  void aNameIsQuoted() throws Exception {
    String name = "We\"ird; DROP DATABASE postgres --";
    assertThat(provision(name).code()).isEqualTo(ExitCodes.OK);
    assertThat(databases(1)).contains(name, "postgres");
  }

  @Test
  void ownerAndTemplateAreThose() throws Exception {
    for (int ordinal : List.of(1, 2)) {
      try (Connection connection = TestData.connect(port(ordinal));
          var statement = connection.createStatement()) {
        statement.execute("CREATE ROLE \"An Owner\"");
        statement.execute("CREATE DATABASE pattern");
      }
    }
    Manage made = provision("sales", "--owner", "An Owner", "--template", "pattern");
    assertThat(made.code()).as(made.toString()).isEqualTo(ExitCodes.OK);

    Manage other = provision("sales", "--owner", "postgres");

    assertThat(other.code()).isEqualTo(ExitCodes.FAILED);
    assertThat(other.out()).contains("belongs to An Owner, not to postgres");
  }

  @Test
  void oneThatIsDownIsNamedAndTheNextRunFinishes() throws Exception {
    deployment.stop(2);
    Manage first = provision("tpch");
    assertThat(first.code()).isEqualTo(ExitCodes.PARTLY);
    assertThat(first.out().lines().toList().get(1)).contains("pg-deeplake-1", "created");
    assertThat(first.out().lines().toList().get(2)).contains("pg-deeplake-2", "does not run");
    deployment.start(2);

    Manage second = provision("tpch");

    assertThat(second.code()).isEqualTo(ExitCodes.OK);
    assertThat(second.out().lines().toList().get(1)).contains("exists");
    assertThat(second.out().lines().toList().get(2)).contains("created");
  }

  @Test
  void aDryRunChangesNothing() throws Exception {
    Manage dry = provision("tpch", "--dry-run");
    assertThat(dry.code()).isEqualTo(ExitCodes.OK);
    assertThat(dry.out()).contains("would be created");
    assertThat(databases(1)).doesNotContain("tpch");
  }

  @Test
  void dropAndImpossibleNamesAreRefused() {
    assertThat(provision("tpch", "--drop"))
        .satisfies(refused -> {
          assertThat(refused.code()).isEqualTo(ExitCodes.REFUSED);
          assertThat(refused.err()).contains("crashes the extension");
        });
    assertThat(provision("").code()).isEqualTo(ExitCodes.REFUSED);
    assertThat(provision("x".repeat(64)).err()).contains("has 64 bytes: at most 63");
    assertThat(provision("two\nlines").err()).contains("has a control character");
    assertThat(provision("template1").code()).isEqualTo(ExitCodes.REFUSED);
  }

  @Test
  void impossibleOwnersAndTemplatesAreRefused() {
    for (String option : List.of("--owner", "--template")) {
      String what = option.substring(2);
      Manage empty = provision("tpch", option, "");
      assertThat(empty.code()).as(empty.toString()).isEqualTo(ExitCodes.REFUSED);
      assertThat(empty.err()).contains("the " + what + " is empty").hasLineCount(1);
      Manage longer = provision("tpch", option, "ö".repeat(32));
      assertThat(longer.code()).as(longer.toString()).isEqualTo(ExitCodes.REFUSED);
      assertThat(longer.err()).contains("the " + what, "has 64 bytes: at most 63").hasLineCount(1);
    }
  }

  @Test
  void aFailureIsInTheJsonOfItsInstance() throws Exception {
    deployment.stop(2);

    Manage partly = provision("tpch", "--owner", "nobody-there", "-o", "json");

    assertThat(partly.code()).as(partly.toString()).isEqualTo(ExitCodes.FAILED);
    assertThat(partly.json().at("/database").asText()).isEqualTo("tpch");
    assertThat(partly.json().at("/instances/0/name").asText()).isEqualTo("pg-deeplake-1");
    assertThat(partly.json().at("/instances/0/result").asText()).isEqualTo("failed");
    assertThat(partly.json().at("/instances/0/reason").asText())
        .startsWith("there is no role nobody-there");
    assertThat(partly.json().at("/instances/1/result").asText()).isEqualTo("failed");
    assertThat(partly.json().at("/instances/1/reason").asText())
        .startsWith("does not run (stopped");
  }

  @Test
  void withoutAPasswordNothingIsStarted() {
    Manage refused = Manage.run(data.path(), Map.of(), "provision-db", "tpch");
    assertThat(refused.code()).isEqualTo(ExitCodes.REFUSED);
    assertThat(refused.err()).contains("POSTGRES_PASSWORD is not set", ".env").hasLineCount(1);
  }
}
