package org.pgdeeplake.manager.command;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import org.pgdeeplake.manager.credentials.CatchUp;
import org.pgdeeplake.manager.credentials.Credentials;
import org.pgdeeplake.manager.deployment.AfterStart;
import org.pgdeeplake.manager.deployment.Deployment;
import org.pgdeeplake.manager.deployment.DeploymentFailed;
import org.pgdeeplake.manager.deployment.DeploymentKind;
import org.pgdeeplake.manager.deployment.Instance;
import org.pgdeeplake.manager.deployment.StartCredentials;
import org.pgdeeplake.manager.postgres.PostgresAccess;
import org.pgdeeplake.manager.provision.Levelling;
import org.pgdeeplake.manager.settings.Settings;

/** Gives instances that have just been started what the others have: databases, credentials. */
record Newcomers(Deployment deployment, PostgresAccess access, Settings atStart)
    implements AfterStart {

  @Override
  public List<String> databases(List<Instance> started, Consumer<String> told)
      throws DeploymentFailed, InterruptedException {
    return new Levelling(deployment, access).level(started, told);
  }

  @Override
  public List<String> credentials(List<Instance> started, Consumer<String> told)
      throws DeploymentFailed, InterruptedException {
    List<String> failures = new ArrayList<>();
    Optional<Kept> kept = credentials();
    for (Instance instance : kept.isPresent() ? started : List.<Instance>of()) {
      try {
        new CatchUp(deployment, access, kept.get().source())
            .bring(instance, kept.get().credentials())
            .ifPresent(told);
      } catch (DeploymentFailed e) {
        failures.add(String.valueOf(e.getMessage()));
      }
    }
    return failures;
  }

  private record Kept(Credentials credentials, String source) {}

  /** In a cluster those that pods start from; .env may have this machine's own. */
  private Optional<Kept> credentials() throws DeploymentFailed {
    if (deployment.kind() != DeploymentKind.kubernetes) {
      // As it is now: a watch runs for months.
      return kept(Settings.read(atStart.project(), atStart.environment())::get, ".env");
    }
    Optional<StartCredentials> start = deployment.startCredentials();
    if (start.isEmpty()) {
      return Optional.empty();
    }
    Map<String, String> held = start.get().held();
    return kept(name -> Optional.ofNullable(held.get(name)), start.get().name());
  }

  private static Optional<Kept> kept(Function<String, Optional<String>> value, String source)
      throws DeploymentFailed {
    String id = value.apply(StartCredentials.ID).orElse("");
    String secret = value.apply(StartCredentials.SECRET).orElse("");
    if (id.isEmpty() || secret.isEmpty()) {
      return Optional.empty();
    }
    String token = value.apply(StartCredentials.TOKEN).orElse(null);
    return Optional.of(new Kept(Credentials.of(id, secret, token), source));
  }
}
