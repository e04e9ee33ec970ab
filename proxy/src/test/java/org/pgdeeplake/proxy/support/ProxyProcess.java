package org.pgdeeplake.proxy.support;

import static org.awaitility.Awaitility.await;

import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.pgdeeplake.proxy.Main;

/** The proxy as a process of its own, with the class path of the tests. */
public final class ProxyProcess {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  private ProxyProcess() {}

  private static final List<String> JVM =
      List.of(
          // Whoever runs the tests may have turned signals off, and children inherit that.
          "env",
          "--default-signal=INT,HUP",
          Path.of(System.getProperty("java.home"), "bin", "java").toString(),
          "-Xmx128m",
          "--enable-native-access=ALL-UNNAMED",
          "--sun-misc-unsafe-memory-access=allow",
          "-cp",
          System.getProperty("java.class.path"),
          Main.class.getName());

  /**
   * @param file its configuration
   */
  public static Command start(Path file) {
    return of(file).start();
  }

  /**
   * @param namespace of the network, as {@code ip netns} has it
   */
  public static Command startIn(String namespace, Path file) {
    List<String> line = new ArrayList<>(List.of("ip", "netns", "exec", namespace));
    line.addAll(line(file));
    return Command.of(line).start();
  }

  /**
   * @param file its configuration
   */
  public static Command.Builder of(Path file) {
    return Command.of(line(file));
  }

  public static Command.Builder withArguments(String... arguments) {
    return Command.of(line(arguments));
  }

  private static List<String> line(Path file) {
    return line("--config", file.toString());
  }

  private static List<String> line(String... arguments) {
    List<String> line = new ArrayList<>(JVM);
    line.addAll(List.of(arguments));
    return line;
  }

  /** Waits until it listens there. */
  public static InetSocketAddress awaitListening(Command proxy, ReservedPort port) {
    InetSocketAddress address =
        new InetSocketAddress(InetAddress.getLoopbackAddress(), port.number());
    await()
        .atMost(LIMIT)
        .failFast("the process ended", () -> !proxy.running())
        .ignoreExceptionsInstanceOf(UncheckedIOException.class)
        .until(() -> {
          RawClient.open(address).close();
          return true;
        });
    return address;
  }
}
