package org.pgdeeplake.manager.scale;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.pgdeeplake.manager.deployment.DeploymentFailed;
import org.pgdeeplake.manager.deployment.Instance;
import org.pgdeeplake.manager.deployment.ScalableDeployment;
import org.pgdeeplake.manager.deployment.ServerList;
import org.pgdeeplake.manager.proxy.ProxyAdmin;
import org.pgdeeplake.manager.proxy.ProxyFailed;
import org.pgdeeplake.manager.proxy.Server;
import org.pgdeeplake.manager.terminal.Progress;

/**
 * Which servers the proxy has: written into its file and read again. Sessions of a server that is
 * no longer among them go on, and new ones wait where there is none, so that to take a server out
 * is to drain it.
 */
final class ProxyServers {
  private static final Duration TAKEN_LIMIT = Duration.ofSeconds(15);
  private static final Duration UP_LIMIT = Duration.ofSeconds(30);
  private static final Duration POLL = Duration.ofMillis(100);

  private final ScalableDeployment deployment;
  private final ProxyAdmin proxy;
  private final boolean mayReload;
  private final Progress progress;

  /**
   * @param mayReload there are credentials for it; otherwise the proxy gets a signal
   */
  ProxyServers(
      ScalableDeployment deployment, ProxyAdmin proxy, boolean mayReload, Progress progress) {
    this.deployment = deployment;
    this.proxy = proxy;
    this.mayReload = mayReload;
    this.progress = progress;
  }

  /**
   * Writes the list and has it read. On failure the file is as it was.
   *
   * @return false: no proxy runs, and its next start reads the list
   */
  boolean become(List<Instance> servers) throws DeploymentFailed, InterruptedException {
    FileChanges changes = FileChanges.to(deployment.proxyFiles(servers));
    changes.write();
    try {
      if (!reload()) {
        progress.line("no proxy runs; it will read the new list when it starts");
        return false;
      }
      awaitTaken(servers);
      return true;
    } catch (DeploymentFailed e) {
      takeBack(changes, e);
      throw e;
    }
  }

  /** The proxy may have taken the list though it did not say so. */
  private void takeBack(FileChanges changes, DeploymentFailed cause)
      throws DeploymentFailed, InterruptedException {
    changes.takeBack();
    try {
      var _ = reload();
    } catch (DeploymentFailed e) {
      cause.addSuppressed(e);
    }
  }

  private boolean reload() throws DeploymentFailed, InterruptedException {
    if (mayReload) {
      try {
        var _ = proxy.reload();
        return true;
      } catch (ProxyFailed.Unreachable _) {
        // It may not run at all: the signal finds out.
      }
    }
    return deployment.signalProxy();
  }

  private void awaitTaken(List<Instance> servers) throws DeploymentFailed, InterruptedException {
    Set<String> wanted = servers.stream().map(Instance::name).collect(Collectors.toSet());
    long deadline = System.nanoTime() + TAKEN_LIMIT.toNanos();
    Set<String> has = new HashSet<>();
    while (System.nanoTime() - deadline < 0) {
      has = servers().map(Server::name).collect(Collectors.toSet());
      if (has.equals(wanted)) {
        return;
      }
      TimeUnit.NANOSECONDS.sleep(POLL.toNanos());
    }
    throw new DeploymentFailed(
        "the proxy still has the servers %s after %d s; its log says why it does not take the new list"
            .formatted(has, TAKEN_LIMIT.toSeconds()));
  }

  /** The list is that backend's; others are the user's. */
  private Stream<Server> servers() throws DeploymentFailed, InterruptedException {
    return proxy.servers().value().stream()
        .filter(server -> server.backend().equals(ServerList.BACKEND));
  }

  /** Returns those that it does not find up in time. */
  List<Instance> awaitUp(List<Instance> servers) throws DeploymentFailed, InterruptedException {
    long deadline = System.nanoTime() + UP_LIMIT.toNanos();
    while (true) {
      Set<String> up = servers().filter(Server::up).map(Server::name).collect(Collectors.toSet());
      List<Instance> missing = servers.stream().filter(s -> !up.contains(s.name())).toList();
      if (missing.isEmpty() || System.nanoTime() - deadline > 0) {
        return missing;
      }
      progress.step("waiting for the proxy to find " + missing.getFirst().name() + " up");
      TimeUnit.NANOSECONDS.sleep(POLL.toNanos());
    }
  }
}
