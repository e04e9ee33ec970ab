package org.pgdeeplake.manager.local;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.pgdeeplake.manager.deployment.DeploymentFailed;
import org.pgdeeplake.manager.deployment.Instance;

/**
 * A data directory that any user can enter, unlike JUnit's. PostgreSQL is unpacked once for all
 * tests of a JVM and linked in, and initdb runs once: instances get copies of what it made. Closing
 * ends what still runs in it, by its pid.
 */
public final class TestData implements AutoCloseable {
  private static final class Programs {
    static final Path DIRECTORY = unpack();

    private static Path unpack() {
      Path shared = temporary();
      Runtime.getRuntime().addShutdownHook(new Thread(() -> delete(shared)));
      try {
        return PostgresBinaries.unpack(shared);
      } catch (DeploymentFailed e) {
        throw new IllegalStateException(e);
      }
    }
  }

  /** What initdb made, once. */
  private static final class Template {
    static final Path DIRECTORY = make();

    private static Path make() {
      Path directory = Programs.DIRECTORY.resolveSibling("template");
      Path data = directory.resolve("data");
      try {
        new DataDirectory(
                Instance.local(1, 0), directory, data, Programs.DIRECTORY, ServerUser.choose())
            .createIfMissing();
        // The machine does not crash under the tests.
        Files.writeString(
            data.resolve("postgresql.conf"), "fsync = off\n", StandardOpenOption.APPEND);
        return directory;
      } catch (DeploymentFailed | IOException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  private static final int NEWCOMERS = 4;

  private final Path path = temporary();

  public TestData() {
    try {
      Path programs = Programs.DIRECTORY;
      Files.createSymbolicLink(path.resolve(programs.getFileName()), programs);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public Path path() {
    return path;
  }

  static Path temporary() {
    try {
      Path directory = Files.createTempDirectory("pg-manager-test-");
      Directories.permit(directory, "rwxr-xr-x");
      return directory;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A deployment of so many instances on free ports. */
  public LocalDeployment deployment(int count) throws DeploymentFailed {
    for (int ordinal = 1; ordinal <= count; ordinal++) {
      createData(ordinal);
    }
    // Those that scale adds get the ports behind these.
    int first = TestPorts.reserve(count + NEWCOMERS);
    return LocalDeployment.prepare(
        path,
        IntStream.rangeClosed(1, count).mapToObj(i -> Instance.local(i, first + i - 1)).toList());
  }

  /** What initdb would make, if the instance has no data yet. */
  public void createData(int ordinal) throws DeploymentFailed {
    Path directory = path.resolve(Instance.local(ordinal, 0).name());
    if (Files.exists(directory)) {
      return;
    }
    // With owner and mode.
    Subprocess copy =
        Subprocess.run(
            List.of("cp", "-a", Template.DIRECTORY.toString(), directory.toString()), Path.of("/"));
    if (copy.exitCode() != 0) {
      throw new DeploymentFailed(copy.output());
    }
  }

  /** Nobody else's as long as these tests run, although nothing listens there. */
  public static int freePort() {
    return TestPorts.reserve(1);
  }

  public static Connection connect(int port) throws SQLException {
    return DriverManager.getConnection(
        "jdbc:postgresql://127.0.0.1:" + port + "/postgres?sslmode=disable&gssEncMode=disable",
        "postgres",
        "");
  }

  public static void kill9(long pid) throws DeploymentFailed {
    signal("KILL", pid);
  }

  /** By its name, such as STOP. */
  public static void signal(String signal, long pid) throws DeploymentFailed {
    Subprocess.run(List.of("sh", "-c", "kill -" + signal + " " + pid), Path.of("/"));
  }

  @Override
  public void close() throws IOException, DeploymentFailed {
    List<Path> instances;
    try (Stream<Path> entries = Files.list(path)) {
      instances = entries.filter(entry -> entry.toString().contains("pg-deeplake-")).toList();
    }
    for (Path instance : instances) {
      var server = PostmasterFile.read(instance.resolve("data")).flatMap(PostmasterFile::process);
      if (server.isPresent()) {
        Subprocess.run(List.of("sh", "-c", "kill -QUIT " + server.get().pid()), Path.of("/"));
        await().atMost(Duration.ofSeconds(20)).until(() -> !server.get().isAlive());
      }
      deleteCredentials(instance);
    }
    delete(path);
  }

  /** They are outside of the directory. */
  private static void deleteCredentials(Path instance) throws IOException, DeploymentFailed {
    String name = instance.getFileName().toString();
    String file = new CredentialsFile(name, instance.resolve("data"), ServerUser.choose()).path();
    for (String suffix : List.of("", ".new", ".old", ".tmp")) {
      Files.deleteIfExists(Path.of(file + suffix));
    }
  }

  static void delete(Path directory) {
    try {
      Directories.deleteTree(directory);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
