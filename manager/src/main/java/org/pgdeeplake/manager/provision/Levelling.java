package org.pgdeeplake.manager.provision;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.pgdeeplake.manager.deployment.Deployment;
import org.pgdeeplake.manager.deployment.DeploymentFailed;
import org.pgdeeplake.manager.deployment.Instance;
import org.pgdeeplake.manager.postgres.Answer;
import org.pgdeeplake.manager.postgres.Fleet;
import org.pgdeeplake.manager.postgres.PostgresAccess;
import org.pgdeeplake.manager.provision.Provisioning.Provisioned;

/** Gives instances that have just been started the databases that others have. */
public final class Levelling {
  private static final String DATABASES =
      "SELECT datname FROM pg_database WHERE NOT datistemplate AND datallowconn";

  private final Deployment deployment;
  private final PostgresAccess access;

  public Levelling(Deployment deployment, PostgresAccess access) {
    this.deployment = deployment;
    this.access = access;
  }

  /**
   * @param told each database that was made
   * @return what failed, a line each
   */
  public List<String> level(List<Instance> newcomers, Consumer<String> told)
      throws DeploymentFailed, InterruptedException {
    List<Instance> running = new ArrayList<>();
    for (Instance instance : deployment.instances()) {
      if (deployment.state(instance).mayAnswer()) {
        running.add(instance);
      }
    }
    Set<String> names = new TreeSet<>();
    for (Answer<List<String>> answer : Fleet.ask(running, access.timeout(), this::databases)) {
      if (answer instanceof Answer.Given<List<String>> given) {
        names.addAll(given.value());
      }
    }
    List<String> failures = new ArrayList<>();
    Provisioning provisioning = new Provisioning(deployment, access);
    for (String name : names) {
      DatabaseRequest request = new DatabaseRequest(name, null, null, true);
      for (Answer<Provisioned> answer :
          provisioning.provision(newcomers, request, access.timeout().multipliedBy(6), false)) {
        String on = "database %s on %s".formatted(name, answer.instance().name());
        switch (answer) {
          case Answer.Given<Provisioned> given
              when given.value().outcome() == Provisioning.Outcome.CREATED ->
              told.accept(on + " created");
          case Answer.Given<Provisioned> _ -> {}
          case Answer.Failed<Provisioned> failed -> failures.add(on + ": " + failed.reason());
        }
      }
    }
    return failures;
  }

  private List<String> databases(Instance instance) throws SQLException {
    List<String> names = new ArrayList<>();
    try (Connection connection = access.open(instance, "postgres");
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(DATABASES)) {
      while (rows.next()) {
        names.add(rows.getString(1));
      }
    }
    return names;
  }
}
