package org.pgdeeplake.manager.local;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.manager.deployment.DeploymentFailed;
import org.pgdeeplake.manager.deployment.Instance;
import org.pgdeeplake.manager.deployment.InstanceState;
import org.pgdeeplake.manager.deployment.Started;
import org.pgdeeplake.manager.postgres.StartupProbe;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One server: its directory and its process. Any thread; one operation at a time. What runs is read
 * from the data directory, so a server that an earlier manager left is found too.
 */
final class LocalInstance {
  private static final Logger log = LoggerFactory.getLogger(LocalInstance.class);

  private static final Duration POLL = Duration.ofMillis(2);
  private static final Duration EXIT_POLL = Duration.ofMillis(50);

  /** Recovery of a big data directory takes minutes. */
  private static final Duration START_LIMIT = Duration.ofMinutes(5);

  private static final Duration FAST_STOP_LIMIT = Duration.ofSeconds(30);
  private static final Duration IMMEDIATE_STOP_LIMIT = Duration.ofSeconds(10);

  private final Instance instance;
  private final Path directory;
  private final Path data;
  private final ServerLog serverLog;
  private final CredentialsFile credentials;
  private final Path programs;
  private final ServerUser user;
  private final ReentrantLock lock = new ReentrantLock();

  /** A server that has not written its pid file yet must not be overlooked. */
  private volatile @Nullable Process launched;

  LocalInstance(Instance instance, Path root, Path programs, ServerUser user) {
    this.instance = instance;
    this.directory = root.resolve(instance.name());
    this.data = data(root, instance.ordinal());
    this.serverLog = new ServerLog(directory.resolve("postgresql.log"));
    this.credentials = new CredentialsFile(instance.name(), data, user);
    this.programs = programs;
    this.user = user;
  }

  static Path data(Path root, int ordinal) {
    return root.resolve(Instance.local(ordinal, 0).name()).resolve("data");
  }

  Instance instance() {
    return instance;
  }

  /** Creates the data directory if there is none; one of an earlier version gets what it lacks. */
  void initialise() throws DeploymentFailed {
    new DataDirectory(instance, directory, data, programs, user).createIfMissing();
    credentials.createIfMissing();
    credentials.include();
  }

  InstanceState state() {
    if (!Files.isDirectory(data)) {
      return InstanceState.of(InstanceState.Phase.MISSING);
    }
    Optional<PostmasterFile> file = PostmasterFile.read(data);
    if (isRunning()) {
      boolean ready = file.isPresent() && file.get().ready();
      return InstanceState.of(ready ? InstanceState.Phase.RUNNING : InstanceState.Phase.STARTING);
    }
    // An orderly end removes it.
    return file.isPresent()
        ? new InstanceState(InstanceState.Phase.FAILED, "killed, or died")
        : InstanceState.of(InstanceState.Phase.STOPPED);
  }

  String credentialsFile() {
    return credentials.path();
  }

  boolean isRunning() {
    return process().isPresent();
  }

  private Optional<ProcessHandle> process() {
    Process own = launched;
    if (own != null && Subprocess.runs(own.toHandle())) {
      return Optional.of(own.toHandle());
    }
    return PostmasterFile.read(data).flatMap(PostmasterFile::process);
  }

  /**
   * Blocks until the server takes sessions.
   *
   * @throws InterruptedException the server may be running; {@link #stop} ends it
   */
  Started start() throws DeploymentFailed, InterruptedException {
    long began = System.nanoTime();
    lock.lockInterruptibly();
    try {
      Optional<ProcessHandle> running = process();
      Optional<PostmasterFile> file = PostmasterFile.read(data);
      if (running.isPresent() && file.isPresent() && file.get().port() == instance.port()) {
        awaitRunning(running.get());
        return started(running.get(), began, true);
      }
      if (running.isPresent()) {
        log.info("{} runs, but not on port {}: restarting it", instance.name(), instance.port());
        stop(running.get());
      } else if (file.isPresent()) {
        file.get().forgetForeignPid();
      }
      return started(launch().toHandle(), began, false);
    } catch (IOException e) {
      throw new DeploymentFailed("cannot start " + instance.name() + ": " + e.getMessage(), e);
    } finally {
      lock.unlock();
    }
  }

  private static Started started(ProcessHandle process, long began, boolean adopted) {
    Duration took = Duration.ofNanos(System.nanoTime() - began);
    CompletableFuture<ProcessHandle> exit = adopted ? awaitExit(process) : process.onExit();
    return new Started(process.pid(), took, adopted, exit);
  }

  /** {@code onExit} looks at a process that is not our child only every few seconds. */
  private static CompletableFuture<ProcessHandle> awaitExit(ProcessHandle process) {
    CompletableFuture<ProcessHandle> exit = new CompletableFuture<>();
    Thread.startVirtualThread(() -> {
      while (Subprocess.runs(process)) {
        LockSupport.parkNanos(EXIT_POLL.toNanos());
      }
      exit.complete(process);
    });
    return exit;
  }

  private Process launch() throws DeploymentFailed, InterruptedException, IOException {
    requirePortFree();
    // It may be gone since: tmpfs does not outlive the machine.
    credentials.createIfMissing();
    long logBegin = serverLog.beginRun();
    List<String> command =
        List.of(
            programs.resolve("bin/postgres").toString(),
            "-D",
            data.toString(),
            "--port=" + instance.port(),
            "--listen_addresses=127.0.0.1",
            "--unix_socket_directories=");
    ProcessBuilder builder = Subprocess.builder(user.command(command), directory);
    builder.redirectOutput(ProcessBuilder.Redirect.appendTo(serverLog.file().toFile()));
    Process process = builder.start();
    launched = process;
    long deadline = System.nanoTime() + START_LIMIT.toNanos();
    while (!process.waitFor(POLL)) {
      if (isReady(process.pid())) {
        return process;
      }
      if (System.nanoTime() - deadline > 0) {
        stop(process.toHandle());
        throw failed("took no session within " + START_LIMIT.toMinutes() + " minutes", logBegin);
      }
    }
    throw failed("ended at once with exit code " + process.exitValue(), logBegin);
  }

  /** PostgreSQL says so too, but a stranger on the port would answer our question for it. */
  private void requirePortFree() throws DeploymentFailed {
    try {
      Loopback.requireFree(instance.port());
    } catch (IOException e) {
      throw new DeploymentFailed(
          "%s cannot listen on 127.0.0.1:%d: %s"
              .formatted(instance.name(), instance.port(), e.getMessage()),
          e);
    }
  }

  /** The end of what it has logged. */
  String lastWords() {
    return "the end of %s:%n%s".formatted(serverLog.file(), serverLog.tail(0));
  }

  private DeploymentFailed failed(String what, long logBegin) {
    return new DeploymentFailed(
        "%s %s; the end of %s:%n%s"
            .formatted(instance.name(), what, serverLog.file(), serverLog.tail(logBegin)));
  }

  private void awaitRunning(ProcessHandle process) throws DeploymentFailed, InterruptedException {
    long deadline = System.nanoTime() + START_LIMIT.toNanos();
    while (!isReady(process.pid())) {
      if (!Subprocess.runs(process) || System.nanoTime() - deadline > 0) {
        throw failed("runs (pid " + process.pid() + ") but takes no sessions", 0);
      }
      TimeUnit.NANOSECONDS.sleep(POLL.toNanos());
    }
  }

  private boolean isReady(long pid) {
    return PostmasterFile.read(data).filter(file -> file.ready() && file.pid() == pid).isPresent()
        && StartupProbe.accepts(instance.host(), instance.port());
  }

  /** Ends the server if it runs: its sessions are closed, their transactions rolled back. */
  void stop() throws DeploymentFailed, InterruptedException {
    lock.lockInterruptibly();
    try {
      Optional<ProcessHandle> running = process();
      if (running.isPresent()) {
        stop(running.get());
      }
    } finally {
      lock.unlock();
    }
  }

  private void stop(ProcessHandle process) throws DeploymentFailed, InterruptedException {
    signal(process, "INT");
    if (ended(process, FAST_STOP_LIMIT)) {
      return;
    }
    log.warn(
        "{}: still running {} s after SIGINT, sending SIGQUIT",
        instance.name(),
        FAST_STOP_LIMIT.toSeconds());
    signal(process, "QUIT");
    if (!ended(process, IMMEDIATE_STOP_LIMIT)) {
      throw new DeploymentFailed(
          "%s (pid %d) ended neither after SIGINT nor after SIGQUIT; its log is %s"
              .formatted(instance.name(), process.pid(), serverLog.file()));
    }
  }

  /** Java itself can only send SIGTERM, for which PostgreSQL waits until the last client left. */
  private void signal(ProcessHandle process, String signal) throws DeploymentFailed {
    if (Subprocess.runs(process)) {
      var _ =
          Subprocess.run(
              List.of("sh", "-c", "kill -" + signal + " " + process.pid()), Path.of("/"));
    }
  }

  private static boolean ended(ProcessHandle process, Duration limit) throws InterruptedException {
    long deadline = System.nanoTime() + limit.toNanos();
    while (Subprocess.runs(process)) {
      if (System.nanoTime() - deadline > 0) {
        return false;
      }
      TimeUnit.NANOSECONDS.sleep(POLL.toNanos());
    }
    return true;
  }
}
