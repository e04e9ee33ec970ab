package org.pgdeeplake.manager.scale;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
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

  /** By full names; what was not ready before is an operator's, and stays so. */
  private final Map<String, Instance> ordered = new TreeMap<>();

  ProxyDrain(ProxyAdmin proxy, Progress progress) {
    this.proxy = proxy;
    this.progress = progress;
  }

  /** From now on no new sessions; those that are there go on. Who is unknown to it gets none. */
  void order(List<Instance> instances) throws ProxyFailed, InterruptedException {
    List<Server> servers = proxy.servers().value();
    for (Instance instance : instances) {
      for (Server server : servers(servers, instance)) {
        if (server.administrative().equals(Administration.READY.word())) {
          ordered.put(server.fullName(), instance);
          var _ = proxy.administer(server.fullName(), Administration.DRAIN);
        }
      }
    }
  }

  /**
   * Waits for the proxy's sessions of those that were ordered to end; returns how many are left.
   */
  long await(Duration limit) throws ProxyFailed, InterruptedException {
    long deadline = System.nanoTime() + limit.toNanos();
    long left = 0;
    for (String name : ordered.keySet()) {
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
    List<Server> servers = proxy.servers().value();
    for (Server server : instances.stream().flatMap(i -> servers(servers, i).stream()).toList()) {
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
   * @param ending those that are about to go: they stay in drain until they are down, as their
   *     preStop hook may have ordered, too
   * @return what failed, one line each
   */
  List<String> takeBack(List<Instance> ending) throws InterruptedException {
    List<String> failures = new ArrayList<>();
    for (Map.Entry<String, Instance> order : ordered.entrySet()) {
      String name = order.getKey();
      boolean ends = ending.contains(order.getValue());
      try {
        var _ = ends ? proxy.drainUntilDown(name) : proxy.administer(name, Administration.READY);
        if (ends) {
          progress.line(
              "%s has not ended yet: the proxy sends it nobody until it is down (`manage proxy ready %1$s` if it is to stay)"
                  .formatted(name));
        }
      } catch (ProxyFailed e) {
        failures.add(
            "%s is still in drain at the proxy (%s): `manage proxy ready %1$s`%s"
                .formatted(name, e.getMessage(), ends ? " when it is down" : ""));
      }
    }
    ordered.clear();
    return failures;
  }

  /** Of all backends. A server that is found by its name in DNS may be named by that. */
  private static List<Server> servers(List<Server> servers, Instance instance) {
    return servers.stream()
        .filter(server ->
            server.name().equals(instance.name())
                || server.address().startsWith(instance.name() + "."))
        .toList();
  }
}
