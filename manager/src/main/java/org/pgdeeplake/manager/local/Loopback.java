package org.pgdeeplake.manager.local;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.List;
import org.pgdeeplake.manager.deployment.Instance;

/** Ports on 127.0.0.1, where everything of this deployment listens. */
public final class Loopback {
  private Loopback() {}

  static InetSocketAddress address(int port) {
    return new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port);
  }

  /**
   * @throws IOException what the system says against listening there
   */
  public static void requireFree(int port) throws IOException {
    try (ServerSocket socket = new ServerSocket()) {
      socket.bind(address(port));
    }
  }

  /** The first free port from there on that none of the instances has. */
  static int freeFrom(int first, List<Instance> taken) {
    for (int port = first; ; port++) {
      int candidate = port;
      if (taken.stream().noneMatch(instance -> instance.port() == candidate) && isFree(candidate)) {
        return candidate;
      }
    }
  }

  private static boolean isFree(int port) {
    try {
      requireFree(port);
      return true;
    } catch (IOException _) {
      return false;
    }
  }
}
