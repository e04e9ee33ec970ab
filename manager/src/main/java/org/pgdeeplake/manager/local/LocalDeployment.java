package org.pgdeeplake.manager.local;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.pgdeeplake.manager.deployment.Deployment;
import org.pgdeeplake.manager.deployment.DeploymentFailed;
import org.pgdeeplake.manager.deployment.DeploymentKind;
import org.pgdeeplake.manager.deployment.Instance;
import org.pgdeeplake.manager.deployment.InstanceState;

/**
 * The instances of one directory, which keeps their data between runs. Any thread. Callers hold the
 * {@link DataDirectoryLock}.
 */
public final class LocalDeployment implements Deployment {
  private final List<LocalInstance> servers;

  private LocalDeployment(List<LocalInstance> servers) {
    this.servers = servers;
  }

  /** What {@link #prepare} left there, by this manager or an earlier one; nothing is created. */
  public static LocalDeployment open(Path directory) throws DeploymentFailed {
    Path root = directory.toAbsolutePath().normalize();
    List<Instance> instances = InstanceList.read(root);
    if (instances.isEmpty()) {
      throw new DeploymentFailed(
          "there is no local deployment in " + root + ": bin/quickstart makes one");
    }
    return of(root, instances);
  }

  private static LocalDeployment of(Path root, List<Instance> instances) throws DeploymentFailed {
    ServerUser user = ServerUser.choose();
    user.requireWayTo(root);
    Path programs = PostgresBinaries.unpack(root);
    return new LocalDeployment(
        instances.stream()
            .map(instance -> new LocalInstance(instance, root, programs, user))
            .toList());
  }

  /**
   * Unpacks PostgreSQL and creates the data directories where they are missing, seconds of work the
   * first time, so that a start later is only a start.
   *
   * @param instances ordinals 1 to N in order
   */
  public static LocalDeployment prepare(Path directory, List<Instance> instances)
      throws DeploymentFailed {
    Path root = directory.toAbsolutePath().normalize();
    Directories.create(root);
    LocalDeployment deployment = of(root, instances);
    for (LocalInstance server : deployment.servers) {
      server.initialise();
    }
    InstanceList.write(root, instances);
    return deployment;
  }

  /** Where data is kept if the user does not say. */
  public static Path defaultDirectory(Map<String, String> environment) {
    if (ServerUser.currentUid() == 0) {
      return Path.of("/var/lib/pg-deeplake");
    }
    String dataHome = environment.getOrDefault("XDG_DATA_HOME", "");
    Path base =
        dataHome.isEmpty()
            ? Path.of(System.getProperty("user.home"), ".local", "share")
            : Path.of(dataHome);
    return base.resolve("pg-deeplake");
  }

  /** The port of a server that an earlier manager left running. */
  public static OptionalInt runningPort(Path directory, int ordinal) {
    Path data = LocalInstance.data(directory.toAbsolutePath().normalize(), ordinal);
    return PostmasterFile.read(data)
        .filter(file -> file.process().isPresent())
        .map(file -> OptionalInt.of(file.port()))
        .orElseGet(OptionalInt::empty);
  }

  @Override
  public DeploymentKind kind() {
    return DeploymentKind.local;
  }

  @Override
  public List<Instance> instances() {
    return servers.stream().map(LocalInstance::instance).toList();
  }

  @Override
  public InstanceState state(Instance instance) {
    return server(instance.ordinal()).state();
  }

  @Override
  public OptionalInt wanted() {
    return OptionalInt.empty();
  }

  @Override
  public String credentialsFile(Instance instance) {
    return server(instance.ordinal()).credentialsFile();
  }

  @Override
  public void close() {
    // Nothing is held: the servers are no children that end with the manager.
  }

  public boolean isRunning(int ordinal) {
    return server(ordinal).isRunning();
  }

  /**
   * Blocks until the instance takes sessions; one that runs already is taken over.
   *
   * @throws InterruptedException the server may be running; {@link #stop} ends it
   */
  public Started start(int ordinal) throws DeploymentFailed, InterruptedException {
    return server(ordinal).start();
  }

  /** Ends the instance if it runs: its sessions are closed, their transactions rolled back. */
  public void stop(int ordinal) throws DeploymentFailed, InterruptedException {
    server(ordinal).stop();
  }

  private LocalInstance server(int ordinal) {
    return servers.get(ordinal - 1);
  }
}
