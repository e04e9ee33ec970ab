package org.pgdeeplake.manager.status;

import java.net.URI;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.manager.cache.Cache;
import org.pgdeeplake.manager.cache.CacheAddress;
import org.pgdeeplake.manager.cache.CacheFailed;
import org.pgdeeplake.manager.deployment.Deployment;
import org.pgdeeplake.manager.deployment.DeploymentFailed;
import org.pgdeeplake.manager.deployment.Instance;
import org.pgdeeplake.manager.deployment.InstanceState;
import org.pgdeeplake.manager.postgres.Answer;
import org.pgdeeplake.manager.postgres.Fleet;
import org.pgdeeplake.manager.postgres.PostgresAccess;
import org.pgdeeplake.manager.proxy.ProxyAdmin;
import org.pgdeeplake.manager.proxy.ProxyFailed;

/** Asks instances, proxy and cache side by side. One thread. */
public final class Survey {
  private static final String DATABASE = "postgres";

  private final Deployment deployment;
  private final PostgresAccess access;
  private final Places places;
  private final Duration limit;

  /**
   * Where to ask beside the instances.
   *
   * @param admin of the proxy
   * @param host of the proxy's clients, with {@code port}
   * @param redis REDIS_URL; null: there is none
   */
  public record Places(URI admin, String host, int port, @Nullable String redis) {
    String client() {
      return host + ":" + port;
    }

    /** A record's own would print Redis's password. */
    @Override
    public String toString() {
      return "Places " + client();
    }
  }

  /**
   * @param limit for all of it, once the instances are known
   */
  public Survey(Deployment deployment, PostgresAccess access, Places places, Duration limit) {
    this.deployment = deployment;
    this.access = access;
    this.places = places;
    this.limit = limit;
  }

  /** Now; who does not answer in time is told as such. */
  public DeploymentStatus look() throws DeploymentFailed, InterruptedException {
    List<Instance> instances = deployment.instances();
    OptionalInt wanted = deployment.wanted();
    AutoscalerStatus autoscaler = AutoscalerStatus.of(deployment);
    long deadline = System.nanoTime() + limit.toNanos();
    ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    try {
      Future<ProxyStatus> proxy = threads.submit(this::proxy);
      Future<TestConnection.Outcome> test = threads.submit(this::test);
      Future<@Nullable CacheStatus> cache = threads.submit(this::cache);
      List<InstanceStatus> asked = ask(instances);
      return new DeploymentStatus(
          Instant.now(),
          deployment.kind(),
          wanted,
          autoscaler,
          asked,
          await(proxy, deadline, reason -> new ProxyStatus(places.admin(), null, reason)),
          places.client(),
          await(test, deadline, TestConnection.Outcome.Failed::new),
          await(cache, deadline, reason -> new CacheStatus("REDIS_URL", null, reason)));
    } finally {
      threads.shutdownNow();
    }
  }

  private <T extends @Nullable Object> T await(
      Future<T> future, long deadline, Function<String, T> otherwise) throws InterruptedException {
    try {
      return future.get(Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
    } catch (TimeoutException _) {
      return otherwise.apply("no answer within " + limit.toSeconds() + " s");
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException bug) {
        throw bug;
      }
      return otherwise.apply(String.valueOf(e.getCause()));
    }
  }

  private List<InstanceStatus> ask(List<Instance> instances) throws InterruptedException {
    Map<Instance, InstanceState> states = new ConcurrentHashMap<>();
    return Fleet.ask(instances, limit, instance -> ask(instance, states)).stream()
        .map(answer ->
            switch (answer) {
              case Answer.Given<InstanceStatus>(Instance _, InstanceStatus status) -> status;
              case Answer.Failed<InstanceStatus>(Instance instance, String reason) ->
                  new InstanceStatus(instance, states.get(instance), null, reason);
            })
        .toList();
  }

  private InstanceStatus ask(Instance instance, Map<Instance, InstanceState> states)
      throws DeploymentFailed, SQLException {
    InstanceState state = deployment.state(instance);
    states.put(instance, state);
    if (!state.mayAnswer()) {
      return new InstanceStatus(instance, state, null, "");
    }
    try (Connection connection = access.open(instance, DATABASE)) {
      return new InstanceStatus(instance, state, InstanceFacts.read(connection), "");
    }
  }

  private ProxyStatus proxy() throws InterruptedException {
    try (ProxyAdmin proxy = new ProxyAdmin(places.admin(), null, limit)) {
      ProxyStatus.View view =
          new ProxyStatus.View(proxy.backends().value(), proxy.demand().value());
      return new ProxyStatus(places.admin(), view, "");
    } catch (ProxyFailed e) {
      return new ProxyStatus(places.admin(), null, String.valueOf(e.getMessage()));
    }
  }

  private TestConnection.Outcome test() {
    return new TestConnection(places.host(), places.port(), DATABASE, access).open();
  }

  private @Nullable CacheStatus cache() throws InterruptedException {
    if (places.redis() == null) {
      return null;
    }
    String name = "REDIS_URL";
    try {
      CacheAddress address = CacheAddress.parse(places.redis());
      name = address.toString();
      try (Cache cache = Cache.open(address, limit)) {
        return new CacheStatus(name, cache.glance(), "");
      }
    } catch (CacheFailed e) {
      return new CacheStatus(name, null, String.valueOf(e.getMessage()));
    }
  }
}
