package org.pgdeeplake.manager.quickstart;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import org.pgdeeplake.manager.deployment.DeploymentFailed;
import org.pgdeeplake.manager.deployment.Instance;
import org.pgdeeplake.manager.local.LocalDeployment;
import org.pgdeeplake.manager.local.Loopback;

/** Ports on 127.0.0.1. */
public final class Ports {
  private static final int FIRST_INSTANCE_PORT = 5433;
  private static final int LAST_PORT = 65535;

  private Ports() {}

  /** {@code option} is what to use instead. */
  public static void requireFree(int port, String option) throws DeploymentFailed {
    try {
      Loopback.requireFree(port);
    } catch (IOException e) {
      throw new DeploymentFailed(
          "cannot listen on 127.0.0.1:%d (%s); choose another port with %s"
              .formatted(port, e.getMessage(), option),
          e);
    }
  }

  /**
   * Instances 1 to {@code count} on the next free ports; one that an earlier run left running keeps
   * the port it has.
   *
   * @param taken ports that are free but meant for something else
   */
  public static List<Instance> chooseInstances(Path data, int count, Set<Integer> taken)
      throws DeploymentFailed {
    Set<Integer> used = new HashSet<>(taken);
    OptionalInt[] running = new OptionalInt[count];
    for (int i = 0; i < count; i++) {
      running[i] = LocalDeployment.runningPort(data, i + 1);
      running[i].ifPresent(used::add);
    }
    List<Instance> instances = new ArrayList<>();
    int next = FIRST_INSTANCE_PORT;
    for (int i = 0; i < count; i++) {
      if (running[i].isPresent()) {
        instances.add(Instance.local(i + 1, running[i].getAsInt()));
        continue;
      }
      while (used.contains(next) || !isFree(next)) {
        next++;
      }
      used.add(next);
      instances.add(Instance.local(i + 1, next));
    }
    return instances;
  }

  private static boolean isFree(int port) throws DeploymentFailed {
    if (port > LAST_PORT) {
      throw new DeploymentFailed(
          "no free port from " + FIRST_INSTANCE_PORT + " on for another instance");
    }
    try {
      Loopback.requireFree(port);
      return true;
    } catch (IOException _) {
      return false;
    }
  }
}
