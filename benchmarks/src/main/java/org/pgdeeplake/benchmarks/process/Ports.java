package org.pgdeeplake.benchmarks.process;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.pgdeeplake.benchmarks.BenchFailed;

/** Ports of 127.0.0.1. */
public final class Ports {
  /** Below what the kernel gives to clients, so that no connection of a run can take one. */
  private static final int FIRST = 20_000;

  private static final int LAST = 32_000;
  private static final Set<Integer> GIVEN = new HashSet<>();
  private static int next = FIRST + (int) (ProcessHandle.current().pid() * 37 % 10_000);

  private Ports() {}

  /** Each is given once in a run. */
  public static synchronized int free() throws BenchFailed {
    for (int tried = 0; tried < LAST - FIRST; tried++) {
      next = next >= LAST ? FIRST : next + 1;
      if (GIVEN.add(next) && isFree(next)) {
        return next;
      }
    }
    throw new BenchFailed("there is no free port from " + FIRST + " to " + LAST);
  }

  private static boolean isFree(int port) {
    try (ServerSocket socket = new ServerSocket()) {
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      return true;
    } catch (IOException _) {
      return false;
    }
  }

  public static boolean accepts(int port) {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1_000);
      return true;
    } catch (IOException _) {
      return false;
    }
  }

  /**
   * @throws BenchFailed the program has ended, or does not listen in time
   */
  public static void awaitListening(Child child, int port, Duration limit)
      throws BenchFailed, InterruptedException {
    long deadline = System.nanoTime() + limit.toNanos();
    while (!accepts(port)) {
      child.requireRunning();
      if (System.nanoTime() > deadline) {
        throw new BenchFailed(
            "nobody listens on port %d after %d s:%n%s"
                .formatted(port, limit.toSeconds(), child.said()));
      }
      TimeUnit.MILLISECONDS.sleep(2);
    }
  }
}
