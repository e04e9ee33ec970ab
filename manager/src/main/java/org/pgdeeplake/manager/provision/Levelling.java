package org.pgdeeplake.manager.provision;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
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
      """
      SELECT datname, pg_get_userbyid(datdba) FROM pg_database
      WHERE NOT datistemplate AND datallowconn
      """;

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
    List<String> failures = new ArrayList<>();
    Map<Instance, Map<String, String>> found = databases(failures);
    NavigableMap<String, String> owners = new TreeMap<>();
    for (var databases : found.values()) {
      databases.forEach(owners::putIfAbsent);
    }
    for (var database : owners.entrySet()) {
      String name = database.getKey();
      List<Instance> with = new ArrayList<>();
      List<Instance> without = new ArrayList<>();
      for (Instance newcomer : newcomers) {
        boolean has = found.getOrDefault(newcomer, Map.of()).containsKey(name);
        (has ? with : without).add(newcomer);
      }
      // Where it is, it belongs to whom it belongs; it may lack the extension.
      provision(with, new DatabaseRequest(name, null, null, true), told, failures);
      provision(
          without, new DatabaseRequest(name, database.getValue(), null, true), told, failures);
    }
    return failures;
  }

  /**
   * Name to owner, on each that answered; those that were there before the newcomers first, as
   * their ordinals are lower.
   */
  private Map<Instance, Map<String, String>> databases(List<String> failures)
      throws DeploymentFailed, InterruptedException {
    List<Instance> running = new ArrayList<>();
    for (Instance instance : deployment.instances()) {
      if (deployment.state(instance).mayAnswer()) {
        running.add(instance);
      }
    }
    Map<Instance, Map<String, String>> found = new LinkedHashMap<>();
    for (Answer<Map<String, String>> answer :
        Fleet.ask(running, access.timeout(), this::databases)) {
      switch (answer) {
        case Answer.Given<Map<String, String>> given -> found.put(given.instance(), given.value());
        case Answer.Failed<Map<String, String>> failed ->
            failures.add(
                "which databases %s has is not known: %s"
                    .formatted(failed.instance().name(), failed.reason()));
      }
    }
    return found;
  }

  private void provision(
      List<Instance> instances,
      DatabaseRequest request,
      Consumer<String> told,
      List<String> failures)
      throws InterruptedException {
    Provisioning provisioning = new Provisioning(deployment, access);
    for (Answer<Provisioned> answer :
        provisioning.provision(instances, request, access.timeout().multipliedBy(6), false)) {
      String on = "database %s on %s".formatted(request.name(), answer.instance().name());
      switch (answer) {
        case Answer.Given<Provisioned> given
            when given.value().outcome() == Provisioning.Outcome.CREATED ->
            told.accept(on + " created");
        case Answer.Given<Provisioned> _ -> {}
        case Answer.Failed<Provisioned> failed -> failures.add(on + ": " + failed.reason());
      }
    }
  }

  private Map<String, String> databases(Instance instance) throws SQLException {
    Map<String, String> owners = new TreeMap<>();
    try (Connection connection = access.open(instance, "postgres");
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(DATABASES)) {
      while (rows.next()) {
        owners.put(rows.getString(1), rows.getString(2));
      }
    }
    return owners;
  }
}
