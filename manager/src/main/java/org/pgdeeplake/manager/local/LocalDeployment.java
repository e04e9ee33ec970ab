package org.pgdeeplake.manager.local;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.pgdeeplake.manager.deployment.DeploymentFailed;
import org.pgdeeplake.manager.deployment.DeploymentKind;
import org.pgdeeplake.manager.deployment.FileErrors;
import org.pgdeeplake.manager.deployment.Instance;
import org.pgdeeplake.manager.deployment.InstanceState;
import org.pgdeeplake.manager.deployment.LockFile;
import org.pgdeeplake.manager.deployment.Locked;
import org.pgdeeplake.manager.deployment.ScalableDeployment;
import org.pgdeeplake.manager.deployment.ServerList;
import org.pgdeeplake.manager.deployment.Started;
import org.pgdeeplake.manager.deployment.WantedCount;
import org.pgdeeplake.manager.deployment.WholeFile;
import org.pgdeeplake.manager.postgres.StartupProbe;

/**
 * The instances of one directory, which keeps their data between runs. Any thread. Which there are
 * is read from the directory each time, since another manager may have changed it.
 */
public final class LocalDeployment implements ScalableDeployment {
  /** Instance i listens on this plus i, if nobody says otherwise. */
  public static final int DEFAULT_BASE_PORT = 5432;

  private static final String WATCH_LOCK = "manager.lock";
  private static final String CHANGE_LOCK = "change.lock";
  private static final String SERVERS = "servers.conf";

  private static final Pattern INSTANCE_DIRECTORY = Pattern.compile("pg-deeplake-(\\d+)");

  private final Path root;
  private final Path programs;
  private final ServerUser user;
  private final WantedCount wanted;
  private final Map<Instance, LocalInstance> servers = new ConcurrentHashMap<>();

  private LocalDeployment(Path root) throws DeploymentFailed {
    this.root = root;
    this.user = ServerUser.choose();
    user.requireWayTo(root);
    this.programs = PostgresBinaries.unpack(root);
    this.wanted = new WantedCount(root);
  }

  public static boolean existsIn(Path directory) throws DeploymentFailed {
    return Files.exists(directory.resolve(SERVERS));
  }

  /** What {@link #prepare} left there, by this manager or an earlier one; nothing is created. */
  public static LocalDeployment open(Path directory) throws DeploymentFailed {
    Path root = directory.toAbsolutePath().normalize();
    if (!existsIn(root)) {
      throw new DeploymentFailed(
          "there is no local deployment in " + root + ": bin/quickstart makes one");
    }
    return new LocalDeployment(root);
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
    LocalDeployment deployment = new LocalDeployment(root);
    deployment.define(instances);
    return deployment;
  }

  /** From now on these are the instances; data of others stays where it is. */
  public void define(List<Instance> instances) throws DeploymentFailed {
    for (Instance instance : instances) {
      server(instance).initialise();
    }
    for (var file : proxyFiles(instances).entrySet()) {
      WholeFile.replace(file.getKey(), file.getValue());
    }
  }

  /**
   * For one that starts and stops instances by itself, for as long as it runs.
   *
   * @throws Locked at once if another does
   */
  public static LockFile lockForWatch(Path directory, String holder) throws DeploymentFailed {
    Directories.create(directory);
    return LockFile.acquire(
        directory.resolve(WATCH_LOCK),
        directory.toString(),
        holder,
        "stop that one, or name another directory with --data");
  }

  @Override
  public LockFile lockForChange(String holder) throws DeploymentFailed {
    return LockFile.acquire(
        root.resolve(CHANGE_LOCK), root.toString(), holder, "try again when it is done");
  }

  @Override
  public Optional<String> changeUnderWay() throws DeploymentFailed {
    return LockFile.holder(root.resolve(CHANGE_LOCK));
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
  public List<Instance> instances() throws DeploymentFailed {
    return ServerList.read(root.resolve(SERVERS)).stream()
        .map(entry -> Instance.local(entry.ordinal(), entry.port()))
        .toList();
  }

  @Override
  public InstanceState state(Instance instance) {
    return server(instance).state();
  }

  @Override
  public OptionalInt wanted() throws DeploymentFailed {
    return wanted.read();
  }

  @Override
  public void recordWanted(int count) throws DeploymentFailed {
    wanted.write(count);
  }

  @Override
  public String credentialsFile(Instance instance) {
    return server(instance).credentialsFile();
  }

  @Override
  public Started start(Instance instance) throws DeploymentFailed, InterruptedException {
    server(instance).initialise();
    return server(instance).start();
  }

  @Override
  public void stop(Instance instance) throws DeploymentFailed, InterruptedException {
    server(instance).stop();
  }

  public boolean isRunning(int ordinal) throws DeploymentFailed {
    return server(ordinal).isRunning();
  }

  /** As {@link #start(Instance)}. */
  public Started start(int ordinal) throws DeploymentFailed, InterruptedException {
    return server(ordinal).start();
  }

  /** As {@link #stop(Instance)}. */
  public void stop(int ordinal) throws DeploymentFailed, InterruptedException {
    server(ordinal).stop();
  }

  private LocalInstance server(int ordinal) throws DeploymentFailed {
    return server(instances().get(ordinal - 1));
  }

  private LocalInstance server(Instance instance) {
    return servers.computeIfAbsent(instance, key -> new LocalInstance(key, root, programs, user));
  }

  @Override
  public List<Instance> existing() throws DeploymentFailed {
    Map<Integer, Instance> found = new TreeMap<>();
    try (Stream<Path> entries = Files.list(root)) {
      entries
          .map(entry -> INSTANCE_DIRECTORY.matcher(entry.getFileName().toString()))
          .filter(Matcher::matches)
          .map(matcher -> Integer.parseInt(matcher.group(1)))
          .forEach(ordinal ->
              runningPort(root, ordinal)
                  .ifPresent(port -> found.put(ordinal, Instance.local(ordinal, port))));
    } catch (IOException e) {
      throw new DeploymentFailed("cannot read " + root + ": " + FileErrors.reason(e), e);
    }
    instances().forEach(instance -> found.put(instance.ordinal(), instance));
    return List.copyOf(found.values());
  }

  @Override
  public List<Instance> upTo(int count) throws DeploymentFailed {
    Map<Integer, Instance> found = new TreeMap<>();
    existing().forEach(instance -> found.put(instance.ordinal(), instance));
    // Beside those that there are.
    int base =
        found.values().stream()
            .findFirst()
            .map(first -> first.port() - first.ordinal())
            .orElse(DEFAULT_BASE_PORT);
    for (int ordinal = 1; ordinal <= count; ordinal++) {
      if (!found.containsKey(ordinal)) {
        int port = Loopback.freeFrom(base + ordinal, found.values());
        found.put(ordinal, Instance.local(ordinal, port));
      }
    }
    return found.values().stream().filter(instance -> instance.ordinal() <= count).toList();
  }

  @Override
  public Map<Path, String> proxyFiles(List<Instance> instances) {
    List<ServerList.Entry> entries =
        instances.stream().map(i -> new ServerList.Entry(i.name(), i.host(), i.port())).toList();
    return Map.of(root.resolve(SERVERS), ServerList.text(entries));
  }

  @Override
  public Map<Path, String> stackFiles(int instances, Optional<String> image) {
    return Map.of();
  }

  @Override
  public boolean hasImages() {
    return false;
  }

  @Override
  public Started recreate(Instance instance) {
    throw new UnsupportedOperationException("local instances have no image");
  }

  @Override
  public void fetchImage() {
    throw new UnsupportedOperationException("local instances have no image");
  }

  @Override
  public String lastWords(Instance instance) {
    return server(instance).lastWords();
  }

  /** Its data stays, for the next instance of that ordinal. */
  @Override
  public void remove(Instance instance) throws DeploymentFailed, InterruptedException {
    stop(instance);
  }

  @Override
  public Optional<String> unhealthy(Instance instance) {
    return StartupProbe.accepts(instance.host(), instance.port())
        ? Optional.empty()
        : Optional.of("no sessions");
  }

  /** The quickstart's. */
  @Override
  public boolean signalProxy() throws DeploymentFailed {
    return new QuickstartProxy(root).reload();
  }

  @Override
  public void close() {
    // Nothing is held: the servers are no children that end with the manager.
  }
}
