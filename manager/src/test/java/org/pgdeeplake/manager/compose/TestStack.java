package org.pgdeeplake.manager.compose;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.pgdeeplake.manager.Manage;
import org.pgdeeplake.manager.local.TestData;

/** A copy of the project with its stack running, on free ports where the files let choose them. */
final class TestStack {
  static final String CREDENTIALS = "/dev/shm/deeplake-creds.conf";

  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
  private static final long LIMIT_MINUTES = 5;

  private final Path project;
  private final int port = TestData.freePort();
  private final int adminPort = TestData.freePort();

  private TestStack(Path project) {
    this.project = project;
  }

  static boolean dockerIsThere() {
    return System.getenv("PGDEEPLAKE_DOCKER") != null;
  }

  static TestStack up() throws Exception {
    assertThat(run(ROOT, "docker", "container", "ls", "--all", "--format", "{{.Names}}"))
        .as("a stack exists on this machine already: docker compose down")
        .doesNotContain("pg-deeplake-1");
    run(ROOT, ROOT.resolve("docker/test/build-images.sh").toString(), "stand-ins");
    run(ROOT, ROOT.resolve("docker/test/build-images.sh").toString(), "project");
    String images = run(ROOT, ROOT.resolve("docker/test/build-images.sh").toString(), "env");
    TestStack stack = new TestStack(Files.createTempDirectory("pg-deeplake-stack-"));
    for (String name : List.of("docker-compose.yml", ".env.example", "config", "docker")) {
      copy(ROOT.resolve(name), stack.project.resolve(name));
    }
    Files.copy(stack.project.resolve(".env.example"), stack.project.resolve(".env"));
    List<String> lines = new ArrayList<>(images.lines().toList());
    lines.addAll(
        List.of(
            "PROXY_PORT=" + stack.port,
            "PROXY_ADMIN_PORT=" + stack.adminPort,
            "REDIS_PORT=" + TestData.freePort(),
            "HAPROXY_STATS_USER=ops",
            "HAPROXY_STATS_PASSWORD=stats-secret"));
    stack.writeEnv(lines.toArray(String[]::new));
    try {
      stack.compose("up", "-d", "--wait");
      return stack;
    } catch (Exception | AssertionError e) {
      stack.down();
      throw e;
    }
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> tree = Files.walk(from)) {
      for (Path path : tree.toList()) {
        Path target = to.resolve(from.relativize(path).toString());
        if (Files.isDirectory(path)) {
          Files.createDirectories(target);
        } else {
          Files.copy(path, target, StandardCopyOption.COPY_ATTRIBUTES);
        }
      }
    }
  }

  /** The last of two equal names counts. */
  void writeEnv(String... lines) throws IOException {
    Files.writeString(
        project.resolve(".env"), String.join("\n", lines) + "\n", StandardOpenOption.APPEND);
  }

  Path project() {
    return project;
  }

  Manage manage(String... args) {
    return Manage.run(project, System.getenv(), args);
  }

  /** From another path to the project. */
  Manage manageIn(Path directory, String... args) {
    return Manage.run(directory, System.getenv(), args);
  }

  /** As for one who has no credentials of the proxy. */
  Manage manageWithoutCredentials(String... args) {
    Map<String, String> environment = new HashMap<>(System.getenv());
    environment.putAll(Map.of("HAPROXY_STATS_USER", "", "HAPROXY_STATS_PASSWORD", ""));
    return Manage.run(project, environment, args);
  }

  String compose(String... args) throws Exception {
    return docker(Stream.concat(Stream.of("compose"), Arrays.stream(args)).toArray(String[]::new));
  }

  String docker(String... args) throws Exception {
    return run(
        project, Stream.concat(Stream.of("docker"), Arrays.stream(args)).toArray(String[]::new));
  }

  /**
   * Whether a container has that text in its file system, on its volumes, or in the history of its
   * image; tmpfs is no disk.
   */
  boolean onDisk(String container, String text) throws Exception {
    String search =
        """
        { docker export "$1"; docker history --no-trunc "$(docker inspect --format '{{.Image}}' "$1")"
          for volume in $(docker inspect --format '{{range .Mounts}}{{if eq .Type "volume"}}{{.Source}} {{end}}{{end}}' "$1")
          do tar -cf - -C "$volume" .; done; } | grep -qaF -- "$2" && echo found || echo none
        """;
    return run(project, "sh", "-c", search, "search", container, text).endsWith("found");
  }

  String redis(String... args) throws Exception {
    return compose(
        Stream.concat(Stream.of("exec", "-T", "redis", "redis-cli"), Arrays.stream(args))
            .toArray(String[]::new));
  }

  List<String> running() throws Exception {
    return docker("container", "ls", "--filter", "name=pg-deeplake-[0-9]", "--format", "{{.Names}}")
        .lines()
        .sorted()
        .toList();
  }

  /** What a new session has. */
  String credentials(int ordinal) throws SQLException {
    return on(ordinal, "postgres", "SELECT coalesce(current_setting('deeplake.creds', true), '')");
  }

  String on(int ordinal, String database, String sql) throws SQLException {
    return ask(ComposeStack.BASE_PORT + ordinal, database, sql);
  }

  String throughProxy(String sql) throws SQLException {
    return ask(port, "postgres", sql);
  }

  CompletableFuture<String> later(String sql) {
    CompletableFuture<String> answer = new CompletableFuture<>();
    Thread.startVirtualThread(() -> {
      try {
        answer.complete(throughProxy(sql));
      } catch (SQLException e) {
        answer.completeExceptionally(e);
      }
    });
    return answer;
  }

  private static String ask(int port, String database, String sql) throws SQLException {
    String url = "jdbc:postgresql://127.0.0.1:%d/%s?sslmode=disable".formatted(port, database);
    try (Connection connection = DriverManager.getConnection(url, "postgres", "postgres");
        var statement = connection.createStatement();
        var rows = statement.executeQuery(sql)) {
      return rows.next() ? String.valueOf(rows.getString(1)) : "";
    }
  }

  private static String run(Path directory, String... command) throws Exception {
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.directory(directory.toFile());
    builder.redirectErrorStream(true);
    Process process = builder.start();
    process.getOutputStream().close();
    CompletableFuture<String> output =
        CompletableFuture.supplyAsync(() -> {
          try {
            return new String(
                process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
          } catch (IOException e) {
            return e.toString();
          }
        });
    boolean ended = process.waitFor(LIMIT_MINUTES, TimeUnit.MINUTES);
    assertThat(ended ? process.exitValue() : -1)
        .as("%s: %s", List.of(command), ended ? output.join() : "no end")
        .isZero();
    return output.join().strip();
  }

  void down() throws Exception {
    compose("--profile", "*", "down", "--volumes", "--timeout", "5", "--remove-orphans");
    // Files of the containers' users are among them.
    try (Stream<Path> tree = Files.walk(project)) {
      for (Path path : tree.sorted(java.util.Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }

  /** For messages. */
  @Override
  public String toString() {
    return Map.of("project", project, "port", port).toString();
  }
}
