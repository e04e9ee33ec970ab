package org.pgdeeplake.manager.kubernetes;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.manager.deployment.DeploymentFailed;
import org.pgdeeplake.manager.deployment.DeploymentKind;
import org.pgdeeplake.manager.deployment.Instance;
import org.pgdeeplake.manager.deployment.InstanceState;
import org.pgdeeplake.manager.deployment.InstanceState.Phase;
import org.pgdeeplake.manager.deployment.ReplicaOrder;
import org.pgdeeplake.manager.deployment.Replicas;
import org.pgdeeplake.manager.deployment.ReplicatedDeployment;
import org.pgdeeplake.manager.deployment.StartCredentials;

/**
 * The pods of a StatefulSet, first ordinal 0. Each question asks the API server anew. An instance's
 * address is the near end of a port-forward, also while it has no pod: whoever connects then is
 * told so in PostgreSQL's own protocol.
 */
public final class KubernetesDeployment implements ReplicatedDeployment {
  private static final String CREDENTIALS_FILE = "/dev/shm/deeplake-creds.conf";
  private static final int POSTGRES = 5432;

  private static final String REDIS = "redis";

  private final ApiServer server;
  private final ReplicaControl control;
  private final @Nullable String givenName;
  private final Map<String, PortForward> forwards = new ConcurrentHashMap<>();
  private volatile @Nullable String foundName;

  private KubernetesDeployment(ApiServer server, @Nullable String givenName) {
    this.server = server;
    this.control = new ReplicaControl(server);
    this.givenName = givenName;
  }

  /**
   * Reads the kubeconfig; connects to nothing.
   *
   * @param timeout of each answer of the API server
   */
  public static KubernetesDeployment open(
      Target target, Map<String, String> environment, Duration timeout) throws DeploymentFailed {
    Kubeconfig.Chosen chosen = Kubeconfig.choose(target.context(), environment);
    return new KubernetesDeployment(
        ApiServer.open(chosen, target.namespace(), timeout), target.statefulSet());
  }

  @Override
  public DeploymentKind kind() {
    return DeploymentKind.kubernetes;
  }

  @Override
  public List<Instance> instances() throws DeploymentFailed {
    StatefulSet set = statefulSet();
    int first = StatefulSetSearch.firstOrdinal(set);
    TreeSet<Integer> ordinals = new TreeSet<>();
    for (int i = 0; i < StatefulSetSearch.replicas(set); i++) {
      ordinals.add(first + i);
    }
    // On their way out, or about to be adopted.
    for (Pod pod : pods(set)) {
      ordinal(set, pod).ifPresent(ordinals::add);
    }
    if (ordinals.isEmpty()) {
      // Scaled to zero, not undefined.
      ordinals.add(first);
    }
    return instances(set, ordinals);
  }

  private List<Instance> instances(StatefulSet set, Iterable<Integer> ordinals)
      throws DeploymentFailed {
    List<Instance> instances = new ArrayList<>();
    for (int ordinal : ordinals) {
      String pod = StatefulSetSearch.name(set) + "-" + ordinal;
      PortForward forward = forward(pod, () -> pod, POSTGRES, PostgresLastWords::new);
      instances.add(new Instance(ordinal, pod, "127.0.0.1", forward.localPort()));
    }
    return instances;
  }

  @Override
  public List<Instance> first(int count) throws DeploymentFailed {
    StatefulSet set = statefulSet();
    int first = StatefulSetSearch.firstOrdinal(set);
    return instances(set, IntStream.range(first, first + count).boxed().toList());
  }

  @Override
  public boolean isGone(Instance instance) throws DeploymentFailed {
    return pod(instance) == null;
  }

  private @Nullable Pod pod(Instance instance) throws DeploymentFailed {
    return server.ask(
        client -> client.pods().inNamespace(server.namespace()).withName(instance.name()).get());
  }

  @Override
  public Replicas replicas() throws DeploymentFailed {
    return control.replicas(statefulSet(), true);
  }

  @Override
  public Optional<Replicas.Autoscaler> autoscaler() throws DeploymentFailed {
    return Optional.ofNullable(control.replicas(statefulSet(), false).autoscaler());
  }

  @Override
  public List<String> difference(ReplicaOrder order, Replicas now) {
    return control.difference(order, now);
  }

  @Override
  public void order(ReplicaOrder order, Replicas now) throws DeploymentFailed {
    control.order(statefulSet(), order, now);
  }

  @Override
  public Optional<StartCredentials> startCredentials() throws DeploymentFailed {
    return StartSecret.of(server, statefulSet());
  }

  @Override
  public InstanceState state(Instance instance) throws DeploymentFailed {
    Pod pod = pod(instance);
    if (pod != null) {
      return PodState.of(pod);
    }
    StatefulSet set = statefulSet();
    int replicas = StatefulSetSearch.replicas(set);
    if (instance.ordinal() - StatefulSetSearch.firstOrdinal(set) < replicas) {
      return new InstanceState(Phase.MISSING, "no pod yet");
    }
    return new InstanceState(
        Phase.STOPPED, replicas == 0 ? "scaled to zero" : "scaled to " + replicas);
  }

  @Override
  public OptionalInt wanted() throws DeploymentFailed {
    return OptionalInt.of(StatefulSetSearch.replicas(statefulSet()));
  }

  @Override
  public String credentialsFile(Instance instance) {
    return CREDENTIALS_FILE;
  }

  @Override
  public Optional<URI> proxyAdmin() throws DeploymentFailed {
    return Optional.of(component("proxy", 8404, "http", LastWords::http));
  }

  @Override
  public Optional<URI> proxyClients() throws DeploymentFailed {
    return Optional.of(component("proxy", POSTGRES, "postgresql", PostgresLastWords::new));
  }

  /** A chart with redis.enabled=false has none. */
  @Override
  public Optional<URI> redis() throws DeploymentFailed {
    return Component.exists(server, statefulSet(), REDIS)
        ? Optional.of(component(REDIS, 6379, "redis", LastWords::redis))
        : Optional.empty();
  }

  /** The pod is looked for when somebody connects: a missing one is that one's trouble only. */
  private URI component(String name, int port, String scheme, Supplier<LastWords> lastWords)
      throws DeploymentFailed {
    PortForward forward =
        forward(
            name + ":" + port, () -> Component.pod(server, statefulSet(), name), port, lastWords);
    return URI.create(scheme + "://127.0.0.1:" + forward.localPort());
  }

  private synchronized PortForward forward(
      String key, PortForward.Destination destination, int port, Supplier<LastWords> lastWords)
      throws DeploymentFailed {
    PortForward open = forwards.get(key);
    if (open == null) {
      open = PortForward.open(server, destination, port, lastWords);
      forwards.put(key, open);
    }
    return open;
  }

  private StatefulSet statefulSet() throws DeploymentFailed {
    StatefulSet set = StatefulSetSearch.find(server, foundName != null ? foundName : givenName);
    foundName = StatefulSetSearch.name(set);
    return set;
  }

  private List<Pod> pods(StatefulSet set) throws DeploymentFailed {
    Map<String, String> labels =
        Objects.requireNonNullElse(set.getSpec().getSelector().getMatchLabels(), Map.of());
    return server.ask(client ->
        client.pods().inNamespace(server.namespace()).withLabels(labels).list().getItems());
  }

  /** Empty: somebody else's pod that has the labels. */
  private static OptionalInt ordinal(StatefulSet set, Pod pod) {
    boolean owned =
        pod.getMetadata().getOwnerReferences().stream()
            .anyMatch(owner -> Objects.equals(owner.getUid(), set.getMetadata().getUid()));
    String prefix = StatefulSetSearch.name(set) + "-";
    String name = StatefulSetSearch.name(pod);
    String suffix = name.startsWith(prefix) ? name.substring(prefix.length()) : "";
    return owned && suffix.matches("\\d{1,9}")
        ? OptionalInt.of(Integer.parseInt(suffix))
        : OptionalInt.empty();
  }

  @Override
  public void close() {
    forwards.values().forEach(PortForward::close);
    server.close();
  }
}
