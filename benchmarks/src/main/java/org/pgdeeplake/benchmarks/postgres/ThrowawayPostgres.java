package org.pgdeeplake.benchmarks.postgres;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.benchmarks.BenchFailed;
import org.pgdeeplake.benchmarks.process.Child;
import org.pgdeeplake.benchmarks.process.Ports;
import org.pgdeeplake.benchmarks.process.Programs;
import org.pgdeeplake.benchmarks.process.ServiceUser;

/** A PostgreSQL of this machine's programs in a directory of its own; without fsync. */
public final class ThrowawayPostgres implements AutoCloseable {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  private final Path directory;
  private final Path data;
  private final ServiceUser user;
  private final int port;
  private @Nullable Child server;

  private ThrowawayPostgres(Path directory, ServiceUser user, int port) {
    this.directory = directory;
    this.data = directory.resolve("data");
    this.user = user;
    this.port = port;
  }

  /**
   * Created, not started.
   *
   * @param directory new and empty
   */
  public static ThrowawayPostgres create(Path directory, int maxConnections)
      throws BenchFailed, InterruptedException {
    ThrowawayPostgres postgres =
        new ThrowawayPostgres(directory, ServiceUser.choose(), Ports.free());
    postgres.user.give(directory);
    Programs.output(
        postgres.user.command(
            Programs.require("initdb").toString(),
            "--pgdata=" + postgres.data,
            "--username=postgres",
            "--auth=trust",
            "--encoding=UTF8",
            "--locale=C",
            "--no-sync"));
    postgres.configure(maxConnections);
    return postgres;
  }

  private void configure(int maxConnections) throws BenchFailed {
    String settings =
        """
        listen_addresses = '127.0.0.1'
        port = %d
        unix_socket_directories = ''
        max_connections = %d
        shared_buffers = 256MB
        fsync = off
        full_page_writes = off
        synchronous_commit = off
        wal_level = minimal
        max_wal_senders = 0
        max_wal_size = 4GB
        checkpoint_timeout = 1h
        autovacuum = off
        """
            .formatted(port, maxConnections);
    try {
      Files.writeString(data.resolve("postgresql.auto.conf"), settings);
    } catch (IOException e) {
      throw new BenchFailed("cannot configure PostgreSQL: " + e.getMessage(), e);
    }
  }

  public int port() {
    return port;
  }

  /** Returns at once; it takes connections later. */
  public void launch() throws BenchFailed {
    server =
        Child.start(
            "postgresql",
            user.command(postgresProgram(), "-D", data.toString()),
            directory,
            Map.of());
  }

  /** The server that belongs to initdb, whatever else is installed. */
  private static String postgresProgram() throws BenchFailed {
    return Programs.require("initdb").resolveSibling("postgres").toString();
  }

  /** Blocks until it takes sessions. */
  public void start() throws BenchFailed, InterruptedException {
    launch();
    awaitReady();
  }

  /**
   * @return when it was ready, in nanoseconds of {@link System#nanoTime}; exact to 1 ms
   */
  public long awaitReady() throws BenchFailed, InterruptedException {
    long deadline = System.nanoTime() + LIMIT.toNanos();
    while (System.nanoTime() < deadline) {
      if (isReady()) {
        return System.nanoTime();
      }
      if (server != null) {
        server.requireRunning();
      }
      TimeUnit.MILLISECONDS.sleep(1);
    }
    throw new BenchFailed("PostgreSQL does not start: " + (server == null ? "" : server.said()));
  }

  /** The postmaster writes so into its pid file's eighth line. */
  private boolean isReady() {
    try {
      List<String> lines = Files.readAllLines(data.resolve("postmaster.pid"));
      return lines.size() >= 8 && lines.get(7).strip().equals("ready");
    } catch (IOException _) {
      return false;
    }
  }

  public static String version() throws BenchFailed, InterruptedException {
    return Programs.output(List.of(postgresProgram(), "--version")).strip();
  }

  public static Optional<String> missing() {
    return List.of("initdb", "pgbench", "psql").stream()
        .filter(program -> Programs.find(program).isEmpty())
        .findFirst()
        .map(program -> program + " is not installed");
  }

  /** A fast shutdown; the data stays. */
  public void stop() throws BenchFailed, InterruptedException {
    Child running = server;
    if (running != null) {
      Programs.output(
          user.command(
              Programs.require("initdb").resolveSibling("pg_ctl").toString(),
              "stop",
              "-s",
              "-m",
              "fast",
              "-D",
              data.toString()));
      running.close();
      server = null;
    }
  }

  /** SIGTERM would be a smart shutdown, which waits for clients; none of the data is wanted. */
  @Override
  public void close() {
    Child running = server;
    if (running != null) {
      running.handle().descendants().forEach(ProcessHandle::destroyForcibly);
      running.close();
      server = null;
    }
  }
}
