package org.pgdeeplake.manager.proxy;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.pgdeeplake.manager.deployment.DeploymentFailed;
import org.pgdeeplake.manager.local.TestData;

/** The built proxy as a process of its own; the reactor builds it before this module. */
public final class RealProxy implements AutoCloseable {
  private static final Duration LIMIT = Duration.ofSeconds(30);

  private final int port = TestData.freePort();
  private final int adminPort = TestData.freePort();
  private final Path directory;
  private final Process process;

  /**
   * @param admin what the section {@code admin} has besides {@code bind}
   * @param servers their ports
   */
  public RealProxy(Path jar, Path directory, String admin, int... servers) throws IOException {
    this.directory = directory;
    configure(admin, servers);
    process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-jar",
                jar.toString(),
                "--config",
                configuration().toString())
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve("proxy.log").toFile())
            .start();
    await().atMost(LIMIT).failFast(log(), () -> !process.isAlive()).until(() -> up(servers.length));
  }

  /** Empty, and said so, if it is not built. */
  public static Optional<Path> jar() {
    Path target = Path.of(System.getProperty("basedir", "")).toAbsolutePath();
    Path built = target.resolveSibling("proxy").resolve("target");
    if (Files.isDirectory(built.resolve("lib"))) {
      try (DirectoryStream<Path> jars = Files.newDirectoryStream(built, "pg-proxy-*.jar")) {
        for (Path jar : jars) {
          return Optional.of(jar);
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    System.err.println("SKIPPED tests with the real proxy: it is not built (mvn verify does)");
    return Optional.empty();
  }

  public Path configuration() {
    return directory.resolve("proxy.conf");
  }

  void configure(String admin, int... servers) throws IOException {
    String list =
        IntStream.range(0, servers.length)
            .mapToObj(i ->
                "{ name = pg-deeplake-%d, address = \"127.0.0.1:%d\" }"
                    .formatted(i + 1, servers[i]))
            .collect(Collectors.joining(", "));
    Files.writeString(
        configuration(),
        """
        proxy {
          frontends { pg_frontend {
            bind = "127.0.0.1:%d", default-backend = pg_backends, tls.mode = off } }
          backends { pg_backends { servers = [ %s ] } }
          demand { linger = 1s }
          admin { bind = "127.0.0.1:%d" %s }
          shutdown { drain-timeout = 1s }
        }
        """
            .formatted(port, list, adminPort, admin));
  }

  private boolean up(int servers) throws InterruptedException {
    try (ProxyAdmin admin = new ProxyAdmin(URI.create(url()), null, LIMIT)) {
      return admin.demand().value().serversUp() == servers;
    } catch (DeploymentFailed _) {
      return false;
    }
  }

  private String log() {
    return "the proxy ended: see " + directory.resolve("proxy.log");
  }

  public String url() {
    return "http://127.0.0.1:" + adminPort;
  }

  /** For clients. */
  public int port() {
    return port;
  }

  @Override
  public void close() {
    process.destroy();
    await().atMost(LIMIT).until(() -> !process.isAlive());
  }
}
