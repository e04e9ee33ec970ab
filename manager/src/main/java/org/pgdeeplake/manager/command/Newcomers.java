package org.pgdeeplake.manager.command;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.pgdeeplake.manager.credentials.CatchUp;
import org.pgdeeplake.manager.credentials.Credentials;
import org.pgdeeplake.manager.deployment.AfterStart;
import org.pgdeeplake.manager.deployment.Deployment;
import org.pgdeeplake.manager.deployment.DeploymentFailed;
import org.pgdeeplake.manager.deployment.Instance;
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
    Optional<Credentials> credentials = credentials();
    for (Instance instance : credentials.isPresent() ? started : List.<Instance>of()) {
      try {
        new CatchUp(deployment, access).bring(instance, credentials.get()).ifPresent(told);
      } catch (DeploymentFailed e) {
        failures.add(String.valueOf(e.getMessage()));
      }
    }
    return failures;
  }

  /** As {@code .env} is now: a watch runs for months. */
  private Optional<Credentials> credentials() throws DeploymentFailed {
    Settings settings = Settings.read(atStart.project(), atStart.environment());
    Optional<String> id = settings.get(CredentialsOptions.ID);
    Optional<String> secret = settings.get(CredentialsOptions.SECRET);
    return id.isPresent() && secret.isPresent()
        ? Optional.of(
            Credentials.of(
                id.get(), secret.get(), settings.get(CredentialsOptions.TOKEN).orElse(null)))
        : Optional.empty();
  }
}
