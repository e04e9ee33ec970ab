package org.pgdeeplake.manager.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/** A real redis-server on a free port of 127.0.0.1, in a directory of its own; close kills it. */
public final class RedisServer implements AutoCloseable {
  private static final Duration LIMIT = Duration.ofSeconds(30);

  /** Its cluster bus listens so many ports above. */
  private static final int BUS = 10_000;

  private final int port;
  private final Path directory;
  private final Process process;
  private List<String> login = List.of();

  /** {@code settings}: as on redis-server's command line; PORT in them becomes its port. */
  public RedisServer(String... settings) {
    port = freePort();
    try {
      directory = Files.createTempDirectory("redis-test-");
      List<String> command =
          new ArrayList<>(
              List.of(
                  "redis-server", "--bind", "127.0.0.1", "--save", "", "--dir", "" + directory));
      if (!List.of(settings).contains("--port")) {
        command.addAll(List.of("--port", "" + port));
      }
      for (String setting : settings) {
        command.add(setting.replace("PORT", "" + port));
      }
      command.addAll(List.of("--enable-debug-command", "yes"));
      process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(directory.resolve("log").toFile())
              .start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    await().atMost(LIMIT).until(this::listens);
  }

  private boolean listens() throws IOException {
    assertThat(process.isAlive()).as(() -> log(directory)).isTrue();
    try (Socket _ = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return true;
    } catch (java.net.ConnectException _) {
      return false;
    }
  }

  private static String log(Path directory) {
    try {
      return Files.readString(directory.resolve("log"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Below the ephemeral ports, and so that the port of the cluster bus is free too. */
  private static int freePort() {
    while (true) {
      int candidate = ThreadLocalRandom.current().nextInt(11_000, 21_000);
      if (free(candidate) && free(candidate + BUS)) {
        return candidate;
      }
    }
  }

  private static boolean free(int port) {
    try (ServerSocket _ = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
      return true;
    } catch (IOException _) {
      return false;
    }
  }

  /** What {@link #cli} needs to get in. */
  RedisServer cliLogin(String... arguments) {
    login = List.of(arguments);
    return this;
  }

  public int port() {
    return port;
  }

  public String url() {
    return "redis://127.0.0.1:" + port;
  }

  void kill() {
    process.destroyForcibly();
    await().atMost(LIMIT).until(() -> !process.isAlive());
  }

  /** Runs redis-cli against it; returns what it prints. */
  public String cli(String... arguments) {
    List<String> command = new ArrayList<>(List.of("redis-cli", "-p", "" + port));
    command.addAll(login);
    command.addAll(List.of(arguments));
    return run(command);
  }

  static String run(List<String> command) {
    try {
      Process program =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectInput(Path.of("/dev/null").toFile())
              .start();
      String output = new String(program.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(program.waitFor()).as(output).isZero();
      // A key may begin with a space.
      return output.stripTrailing();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** Fifty thousand keys pgdl:0, pgdl:1, … */
  public void populate() {
    assertThat(cli("DEBUG", "POPULATE", "50000", "pgdl")).isEqualTo("OK");
  }

  @Override
  public void close() throws IOException {
    kill();
    try (var files = Files.walk(directory)) {
      files.sorted(java.util.Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
    }
  }
}
