package org.pgdeeplake.manager.compose;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.pgdeeplake.manager.deployment.DeploymentFailed;
import org.pgdeeplake.manager.deployment.DeploymentKind;
import org.pgdeeplake.manager.deployment.Instance;
import org.pgdeeplake.manager.deployment.InstanceState;
import org.pgdeeplake.manager.deployment.LockFile;
import org.pgdeeplake.manager.deployment.Locked;
import org.pgdeeplake.manager.deployment.ScalableDeployment;
import org.pgdeeplake.manager.deployment.ServerList;
import org.pgdeeplake.manager.deployment.Started;
import org.pgdeeplake.manager.deployment.WantedCount;
import org.pgdeeplake.manager.postgres.StartupProbe;

/** The containers of docker-compose.yml. Any thread. */
public final class ComposeDeployment implements ScalableDeployment {
  /** Set in a container of the stack, where instances are reached by their names. */
  private static final String INSIDE = "PG_DEEPLAKE_INSIDE";

  private static final Pattern CONTAINER = Pattern.compile("pg-deeplake-([1-9]\\d*)");
  private static final String HEALTH_CHECK = "/usr/local/bin/health-check.sh";

  private static final Duration POLL = Duration.ofMillis(20);
  private static final Duration START_LIMIT = Duration.ofMinutes(5);

  /** PostgreSQL's own grace period is in docker-compose.yml; this is for a hung engine. */
  private static final Duration STOP_LIMIT = Duration.ofMinutes(2);

  private final Path project;
  private final boolean inside;
  private final WantedCount wanted;
  private final Docker docker;

  private ComposeDeployment(Path project, Map<String, String> environment) {
    this.project = project;
    this.inside = !environment.getOrDefault(INSIDE, "").isEmpty();
    this.wanted = new WantedCount(config());
    this.docker = new Docker(project, environment);
  }

  /**
   * @param project where docker-compose.yml and {@code config} are
   */
  public static ComposeDeployment open(Path project, Map<String, String> environment)
      throws DeploymentFailed {
    ComposeDeployment deployment = new ComposeDeployment(project, environment);
    if (!Files.isRegularFile(deployment.serversFile())) {
      throw new DeploymentFailed(
          "%s is no project with a config/servers.conf: name it with --project, or the deployment with --deployment"
              .formatted(project));
    }
    return deployment;
  }

  Path config() {
    return project.resolve("config");
  }

  Path serversFile() {
    return config().resolve("servers.conf");
  }

  Path composeFile() {
    return project.resolve("docker-compose.yml");
  }

  Docker docker() {
    return docker;
  }

  @Override
  public DeploymentKind kind() {
    return DeploymentKind.compose;
  }

  /** Those that the proxy knows. */
  @Override
  public List<Instance> instances() throws DeploymentFailed {
    return ServerList.read(serversFile()).stream().map(entry -> instance(entry.ordinal())).toList();
  }

  @Override
  public List<Instance> upTo(int count) {
    return IntStream.rangeClosed(1, count).mapToObj(this::instance).toList();
  }

  private Instance instance(int ordinal) {
    String name = Instance.name(ordinal);
    return inside
        ? new Instance(ordinal, name, name, ComposeStack.BASE_PORT)
        : new Instance(ordinal, name, "127.0.0.1", ComposeStack.BASE_PORT + ordinal);
  }

  @Override
  public List<Instance> existing() throws DeploymentFailed, InterruptedException {
    Set<Integer> ordinals = new TreeSet<>();
    instances().forEach(instance -> ordinals.add(instance.ordinal()));
    docker
        .run("container", "ls", "--all", "--format", "{{.Names}}")
        .lines()
        .map(CONTAINER::matcher)
        .filter(Matcher::matches)
        .forEach(matcher -> ordinals.add(Integer.parseInt(matcher.group(1))));
    return ordinals.stream().map(this::instance).toList();
  }

  @Override
  public Map<Path, String> proxyFiles(List<Instance> instances) {
    List<ServerList.Entry> entries =
        instances.stream()
            .map(i -> new ServerList.Entry(i.name(), i.name(), ComposeStack.BASE_PORT))
            .toList();
    return Map.of(serversFile(), ServerList.text(entries));
  }

  @Override
  public Map<Path, String> stackFiles(int instances, Optional<String> image)
      throws DeploymentFailed {
    Optional<String> chosen = image.isPresent() ? image : ComposeStack.imageOf(composeFile());
    return Map.of(composeFile(), new ComposeStack(Math.max(1, instances), chosen).compose());
  }

  @Override
  public boolean hasImages() {
    return true;
  }

  private Container container(Instance instance) {
    return new Container(docker, instance.name(), inside ? null : project);
  }

  @Override
  public InstanceState state(Instance instance) throws DeploymentFailed {
    try {
      return container(instance).state();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new DeploymentFailed("interrupted", e);
    }
  }

  @Override
  public OptionalInt wanted() throws DeploymentFailed {
    OptionalInt recorded = wanted.read();
    return recorded.isPresent() ? recorded : OptionalInt.of(instances().size());
  }

  @Override
  public void recordWanted(int count) throws DeploymentFailed {
    wanted.write(count);
  }

  @Override
  public String credentialsFile(Instance instance) {
    return "/dev/shm/deeplake-creds.conf";
  }

  @Override
  public Started start(Instance instance) throws DeploymentFailed, InterruptedException {
    long began = System.nanoTime();
    boolean adopted = state(instance).mayAnswer();
    if (!adopted) {
      launch(instance);
    }
    while (!StartupProbe.accepts(instance.host(), instance.port())) {
      if (!state(instance).mayAnswer()) {
        throw notStarted(instance, "ended at once: " + state(instance).detail());
      }
      if (System.nanoTime() - began > START_LIMIT.toNanos()) {
        throw notStarted(instance, "takes no session after " + START_LIMIT.toMinutes() + " min");
      }
      TimeUnit.NANOSECONDS.sleep(POLL.toNanos());
    }
    Container container = container(instance);
    Duration took = Duration.ofNanos(System.nanoTime() - began);
    return new Started(container.pid(), took, adopted, container.exit());
  }

  private void launch(Instance instance) throws DeploymentFailed, InterruptedException {
    if (container(instance).exists()) {
      docker.run("start", instance.name());
    } else if (inside) {
      throw new DeploymentFailed(
          "there is no container %s to start: docker compose up -d --no-start makes it"
              .formatted(instance.name()));
    } else {
      docker.run(
          Docker.PULL_LIMIT, "compose", "up", "-d", "--no-deps", "--no-recreate", instance.name());
    }
  }

  @Override
  public void fetchImage() throws DeploymentFailed, InterruptedException {
    String first = Instance.name(1);
    String image = docker.run("compose", "config", "--images", first).strip();
    if (!docker
        .attempt(Container.ANSWER_LIMIT, "image", "inspect", "--format", "{{.Id}}", image)
        .ok()) {
      docker.run(Docker.PULL_LIMIT, "image", "pull", "--quiet", image);
    }
  }

  @Override
  public String lastWords(Instance instance) throws DeploymentFailed, InterruptedException {
    return container(instance).lastWords();
  }

  @Override
  public Started recreate(Instance instance) throws DeploymentFailed, InterruptedException {
    docker.run(
        Docker.PULL_LIMIT, "compose", "up", "-d", "--no-deps", "--force-recreate", instance.name());
    return start(instance);
  }

  @Override
  public void remove(Instance instance) throws DeploymentFailed, InterruptedException {
    stop(instance);
    if (container(instance).exists()) {
      docker.run("container", "rm", "--volumes", instance.name());
    }
  }

  /** The health check's word, asked now instead of at the engine's next look. */
  @Override
  public Optional<String> unhealthy(Instance instance)
      throws DeploymentFailed, InterruptedException {
    Docker.Result result =
        docker.attempt(Container.ANSWER_LIMIT, "exec", instance.name(), "bash", HEALTH_CHECK);
    if (result.ok()) {
      return Optional.empty();
    }
    List<String> lines = result.everything().lines().toList();
    return Optional.of(lines.isEmpty() ? "exit code " + result.exitCode() : lines.getLast());
  }

  @Override
  public boolean signalProxy() throws DeploymentFailed, InterruptedException {
    String id = docker.run("compose", "ps", "--quiet", "proxy");
    if (id.isEmpty()) {
      return false;
    }
    docker.run("container", "kill", "--signal", "HUP", id);
    return true;
  }

  private DeploymentFailed notStarted(Instance instance, String what)
      throws DeploymentFailed, InterruptedException {
    return new DeploymentFailed(
        "%s %s; %s".formatted(instance.name(), what, container(instance).lastWords()));
  }

  @Override
  public void stop(Instance instance) throws DeploymentFailed, InterruptedException {
    if (container(instance).exists()) {
      docker.run(STOP_LIMIT, "stop", instance.name());
    }
  }

  /**
   * For one that starts and stops instances by itself, for as long as it runs.
   *
   * @throws Locked at once if another does
   */
  public LockFile lockForWatch(String holder) throws DeploymentFailed {
    return LockFile.acquire(
        config().resolve(".idle-watch.lock"), project.toString(), holder, "one is enough");
  }

  @Override
  public LockFile lockForChange(String holder) throws DeploymentFailed {
    return LockFile.acquire(changeLock(), project.toString(), holder, "try again when it is done");
  }

  private Path changeLock() {
    return config().resolve(".change.lock");
  }

  @Override
  public Optional<String> changeUnderWay() throws DeploymentFailed {
    return LockFile.holder(changeLock());
  }

  @Override
  public void close() {
    // Containers live on.
  }
}
