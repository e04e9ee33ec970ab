package org.pgdeeplake.manager.scale;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.pgdeeplake.manager.deployment.Instance;
import org.pgdeeplake.manager.proxy.Administration;
import org.pgdeeplake.manager.proxy.ProxyAdmin;
import org.pgdeeplake.manager.proxy.ProxyFailed;
import org.pgdeeplake.manager.proxy.Server;
import org.pgdeeplake.manager.terminal.Amounts;
import org.pgdeeplake.manager.terminal.Progress;

/**
 * Instances that get no new sessions for a while, by orders to the proxy, which finds them by
 * itself. An ordinal that comes back later is the same server to it, so each order is taken back.
 * One thread.
 */
final class ProxyDrain {
  private final ProxyAdmin proxy;
  private final Progress progress;

  /** Full names; what was not ready before is an operator's, and stays so. */
  private final Set<String> ordered = new TreeSet<>();

  ProxyDrain(ProxyAdmin proxy, Progress progress) {
    this.proxy = proxy;
    this.progress = progress;
  }

  /** From now on no new sessions; those that are there go on. Who is unknown to it gets none. */
  void order(List<Instance> instances) throws ProxyFailed, InterruptedException {
    for (Server server : servers(instances)) {
      if (server.administrative().equals(Administration.READY.word())) {
        ordered.add(server.fullName());
        var _ = proxy.administer(server.fullName(), Administration.DRAIN);
      }
    }
  }

  /**
   * Waits for the proxy's sessions of those that were ordered to end; returns how many are left.
   */
  long await(Duration limit) throws ProxyFailed, InterruptedException {
    long deadline = System.nanoTime() + limit.toNanos();
    long left = 0;
    for (String name : ordered) {
      Duration rest = Duration.ofNanos(Math.max(1_000_000, deadline - System.nanoTime()));
      try {
        var _ =
            proxy.administer(
                name,
                Administration.DRAIN,
                rest,
                now ->
                    progress.step(
                        "draining %s: %s left"
                            .formatted(now.name(), Amounts.count(now.sessions(), "session"))));
      } catch (ProxyFailed.NotEmpty e) {
        left += e.state().value().sessions();
      }
    }
    return left;
  }

  /** Who is none of the proxy's servers, or does not get sessions, though it should. */
  List<String> doubts(List<Instance> instances) throws ProxyFailed, InterruptedException {
    List<String> doubts = new ArrayList<>();
    for (Server server : servers(instances)) {
      if (!server.administrative().equals(Administration.READY.word())) {
        doubts.add(
            "%s is in %s at the proxy: `manage proxy ready %1$s` lets sessions in"
                .formatted(server.name(), server.administrative()));
      }
    }
    return doubts;
  }

  /**
   * Takes the orders back; one that fails is no reason to leave the others.
   *
   * @return what failed, one line each
   */
  List<String> takeBack() throws InterruptedException {
    List<String> failures = new ArrayList<>();
    for (String name : ordered) {
      try {
        var _ = proxy.administer(name, Administration.READY);
      } catch (ProxyFailed e) {
        failures.add(
            "%s is still in drain at the proxy (%s): `manage proxy ready %1$s`"
                .formatted(name, e.getMessage()));
      }
    }
    ordered.clear();
    return failures;
  }

  /** Of all backends. A server that is found by its name in DNS may be named by that. */
  private List<Server> servers(List<Instance> instances) throws ProxyFailed, InterruptedException {
    List<Server> servers = proxy.servers().value();
    return instances.stream()
        .flatMap(instance ->
            servers.stream()
                .filter(server ->
                    server.name().equals(instance.name())
                        || server.address().startsWith(instance.name() + ".")))
        .toList();
  }
}
