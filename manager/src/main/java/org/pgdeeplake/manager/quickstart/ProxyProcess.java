package org.pgdeeplake.manager.quickstart;

import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.pgdeeplake.manager.deployment.DeploymentFailed;
import org.pgdeeplake.manager.local.OwnSession;
import org.pgdeeplake.manager.local.Subprocess;

/** The proxy as a child of the quickstart; what it writes goes to the same terminal. */
public final class ProxyProcess {
  private static final Duration POLL = Duration.ofMillis(20);
  private static final Duration READY_LIMIT = Duration.ofSeconds(60);

  /** Longer than the drain that the quickstart's configuration allows. */
  private static final Duration STOP_LIMIT = Duration.ofSeconds(10);

  private final Process process;

  private ProxyProcess(Process process) {
    this.process = process;
  }

  /** Ends the proxy of an earlier quickstart that was killed: it would hold the ports. */
  public static void stopLeftover(Path config) throws DeploymentFailed, InterruptedException {
    Path file = pidFile(config);
    try {
      String pid = Files.exists(file) ? Files.readString(file).strip() : "";
      Path commandLine = Path.of("/proc", pid, "cmdline");
      // The pid may belong to another program by now.
      if (pid.isEmpty()
          || !Files.exists(commandLine)
          || !Files.readString(commandLine).contains("\0" + config + "\0")) {
        return;
      }
      Optional<ProcessHandle> proxy = ProcessHandle.of(Long.parseLong(pid));
      proxy.ifPresent(ProcessHandle::destroy);
      long deadline = System.nanoTime() + STOP_LIMIT.toNanos();
      while (proxy.isPresent() && Subprocess.runs(proxy.get())) {
        if (System.nanoTime() - deadline > 0) {
          throw new DeploymentFailed("the proxy of an earlier run (pid " + pid + ") does not end");
        }
        TimeUnit.NANOSECONDS.sleep(POLL.toNanos());
      }
    } catch (IOException e) {
      throw new DeploymentFailed("cannot read " + file + ": " + e.getMessage(), e);
    }
  }

  private static Path pidFile(Path config) {
    return config.resolveSibling("proxy.pid");
  }

  /** {@code home} is the directory with {@code bin/pg-proxy}. */
  public static ProxyProcess start(Path home, Path config) throws DeploymentFailed {
    Path launcher = home.resolve("bin").resolve("pg-proxy");
    if (!Files.isExecutable(launcher)) {
      throw new DeploymentFailed("there is no proxy to start at " + launcher);
    }
    List<String> command = new ArrayList<>(OwnSession.prefix());
    command.addAll(List.of(launcher.toString(), "--config", config.toString()));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.inheritIO();
    builder.redirectInput(new File("/dev/null"));
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    try {
      // First: once the proxy runs, nothing may fail that would leave it behind.
      Files.deleteIfExists(pidFile(config));
      Files.createFile(pidFile(config));
      Process process = builder.start();
      Files.writeString(pidFile(config), process.pid() + "\n");
      return new ProxyProcess(process);
    } catch (IOException e) {
      throw new DeploymentFailed("cannot start " + launcher + ": " + e.getMessage(), e);
    }
  }

  /** Any thread; {@code action} must not block. */
  public void onExit(Runnable action) {
    var _ = process.onExit().thenRun(action);
  }

  /** Blocks until the proxy listens; false: it ended before. */
  public boolean awaitReady(URI admin) throws DeploymentFailed, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(admin.resolve("/health/ready"))
            .timeout(POLL.multipliedBy(50))
            .build();
    long deadline = System.nanoTime() + READY_LIMIT.toNanos();
    try (HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
      while (!process.waitFor(POLL)) {
        if (isReady(client, request)) {
          return true;
        }
        if (System.nanoTime() - deadline > 0) {
          throw new DeploymentFailed(
              "the proxy was not ready within %d s: %s"
                  .formatted(READY_LIMIT.toSeconds(), request.uri()));
        }
      }
      return false;
    }
  }

  private static boolean isReady(HttpClient client, HttpRequest request)
      throws InterruptedException {
    try {
      return client.send(request, BodyHandlers.discarding()).statusCode() == 200;
    } catch (IOException _) {
      return false;
    }
  }

  /** Ends the proxy if it runs, sessions get its drain timeout; returns its exit code. */
  public int stop() throws InterruptedException {
    process.destroy();
    if (!process.waitFor(STOP_LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
      process.destroyForcibly();
    }
    return process.waitFor();
  }
}
