package org.pgdeeplake.proxy.support;

import static org.awaitility.Awaitility.await;

import java.io.File;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.pgdeeplake.proxy.Main;

/** The proxy as a process of its own, with the class path of the tests. */
public final class ProxyProcess {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  private ProxyProcess() {}

  private static final String CLASS_PATH = System.getProperty("java.class.path");

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
    return Command.of(line(CLASS_PATH, arguments));
  }

  /**
   * The same from a jar, as users have it, without the classes of the tests. A class of a directory
   * needs a file to be opened, and one that once could not be loaded never will be (JVMS 5.4.3).
   *
   * @param jar of {@link #jar}
   */
  public static Command.Builder of(Path jar, Path file) {
    // The build's own names its libraries; twice they would take twice as many files.
    String classPath =
        Files.isDirectory(jar.resolveSibling("lib"))
            ? jar.toString()
            : jar + File.pathSeparator + libraries();
    return Command.of(line(classPath, "--config", file.toString()));
  }

  private static String libraries() {
    return Stream.of(CLASS_PATH.split(File.pathSeparator))
        .filter(entry -> !Files.isDirectory(Path.of(entry)))
        .collect(Collectors.joining(File.pathSeparator));
  }

  /** A jar of the proxy's classes: that of the build, or else one that is made there. */
  public static Path jar(Path directory) {
    Path classes =
        Path.of(Main.class.getProtectionDomain().getCodeSource().getLocation().getPath());
    if (Files.isRegularFile(classes)) {
      return classes;
    }
    Path jar = directory.resolve("proxy.jar");
    Command.Result result =
        Command.of(
                Path.of(System.getProperty("java.home"), "bin", "jar").toString(),
                "--create",
                "--file",
                jar.toString(),
                "-C",
                classes.toString(),
                ".")
            .run();
    if (result.exitCode() != 0) {
      throw new IllegalStateException(result.err());
    }
    return jar;
  }

  private static List<String> line(Path file) {
    return line(CLASS_PATH, "--config", file.toString());
  }

  private static List<String> line(String classPath, String... arguments) {
    List<String> line =
        new ArrayList<>(
            List.of(
                // Whoever runs the tests may have turned signals off, and children inherit that.
                "env",
                "--default-signal=INT,HUP",
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-cp",
                classPath,
                Main.class.getName()));
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
