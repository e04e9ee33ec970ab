package org.pgdeeplake.proxy.support;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A real PostgreSQL 18 on a loopback port of its own. Port and data outlive a stop, so it can be
 * started again; {@link #close} ends it and deletes the data. Not thread-safe.
 */
public final class TestPostgres implements AutoCloseable {
  private static final Duration LIMIT = Duration.ofSeconds(30);

  private final PostgresHome home = PostgresHome.get();
  private final ReservedPort port;
  private final Path data;
  private final Path log;
  private @Nullable String password;
  private @Nullable Postmaster postmaster;

  private TestPostgres(ReservedPort port, List<String> settings) {
    this.port = port;
    try {
      data = home.copyTemplate();
      log = Objects.requireNonNull(data.getParent()).resolve("log");
      append(
          "postgresql.conf",
          Stream.concat(
                  Stream.of(
                      "listen_addresses = '" + port.host() + "'",
                      "port = " + port.number(),
                      "unix_socket_directories = ''",
                      "shared_buffers = 16MB",
                      "fsync = off",
                      "logging_collector = off"),
                  settings.stream())
              .toList());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * An instance that does not run yet.
   *
   * @param settings lines for postgresql.conf
   */
  public static TestPostgres create(String... settings) {
    return new TestPostgres(new ReservedPort(), List.of(settings));
  }

  /**
   * The same at another address of this machine, as {@code 127.0.0.2}.
   *
   * @param port of which another instance, or nobody, is at another address
   * @param settings lines for postgresql.conf
   */
  public static TestPostgres createAt(String host, int port, String... settings) {
    return new TestPostgres(new ReservedPort(host, port), List.of(settings));
  }

  /** An instance that runs and takes connections. */
  public static TestPostgres started(String... settings) {
    TestPostgres postgres = create(settings);
    postgres.start();
    return postgres;
  }

  /** Authenticates with SCRAM from the next start on. */
  public TestPostgres scram(String password) {
    this.password = password;
    try {
      Path statement = Files.createTempFile("statement", ".sql");
      Files.writeString(statement, "ALTER ROLE postgres PASSWORD '" + password + "'\n");
      List<String> line = new ArrayList<>(home.runner());
      line.addAll(List.of(program("postgres"), "--single", "-D", data.toString(), "postgres"));
      Process single =
          new ProcessBuilder(line)
              .redirectInput(statement.toFile())
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
              .start();
      if (single.onExit().join().exitValue() != 0) {
        throw new AssertionError("cannot set the password:\n" + log());
      }
      Files.delete(statement);
      Files.writeString(data.resolve("pg_hba.conf"), "host all all all scram-sha-256\n");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return this;
  }

  /** Speaks TLS, with a certificate of its own, from the next start on. */
  public TestPostgres tls() {
    return tls(TestCertificate.selfSigned());
  }

  /** Speaks TLS with this certificate from the next start on. */
  public TestPostgres tls(TestCertificate certificate) {
    try {
      Path key = data.resolve("server.key");
      Files.writeString(data.resolve("server.crt"), certificate.chain());
      Files.writeString(key, certificate.key());
      Files.setPosixFilePermissions(
          key, java.nio.file.attribute.PosixFilePermissions.fromString("rw-------"));
      PostgresHome.run(
          "chown", "--reference=" + data, key.toString(), data.resolve("server.crt").toString());
      append("postgresql.conf", List.of("ssl = on"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return this;
  }

  /** Lets in who these lines of pg_hba.conf let in, from the next start on. */
  public TestPostgres hba(String... lines) {
    try {
      Files.write(data.resolve("pg_hba.conf"), List.of(lines));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return this;
  }

  private void append(String file, List<String> lines) throws IOException {
    Files.write(data.resolve(file), lines, StandardOpenOption.APPEND);
  }

  /** Its libpq and what that needs, for {@code LD_LIBRARY_PATH}. */
  public static Path libraries() {
    return PostgresHome.get().programs().resolve("lib");
  }

  private String program(String name) {
    return home.programs().resolve("bin").resolve(name).toString();
  }

  /** Starts it and returns at once. */
  public TestPostgres launch() {
    if (running()) {
      throw new IllegalStateException("it runs");
    }
    List<String> line = new ArrayList<>(home.runner());
    line.addAll(List.of(program("postgres"), "-D", data.toString()));
    postmaster = Postmaster.start(line, data, log);
    return this;
  }

  /** Starts it and waits until it takes connections. */
  public TestPostgres start() {
    launch();
    awaitReady();
    return this;
  }

  public boolean running() {
    return postmaster != null && postmaster.running();
  }

  /** Of the postmaster. */
  public long pid() {
    return postmaster().pid();
  }

  public void awaitReady() {
    await()
        .atMost(LIMIT)
        .pollDelay(Duration.ofMillis(10))
        .pollInterval(Duration.ofMillis(20))
        .until(() -> {
          if (!running()) {
            throw new AssertionError("PostgreSQL ended:\n" + log());
          }
          try (Connection connection = connect()) {
            return connection.isValid(5);
          } catch (SQLException e) {
            return false;
          }
        });
  }

  /** Fast shutdown: sessions are ended. */
  public void stop() {
    postmaster().interrupt();
  }

  /** Ends every process at once, as a crash does, and waits until they are gone. */
  public void kill9() {
    postmaster().kill();
  }

  /** Every process stops as if the machine hung; the kernel still accepts connections. */
  public void sigstop() {
    postmaster().signalAll("STOP");
  }

  public void sigcont() {
    postmaster().signalAll("CONT");
  }

  private Postmaster postmaster() {
    return Objects.requireNonNull(postmaster, "never started");
  }

  public int port() {
    return port.number();
  }

  /** As in a configuration. */
  public String address() {
    return port.address();
  }

  public InetSocketAddress socketAddress() {
    return new InetSocketAddress(InetAddress.ofLiteral(port.host()), port());
  }

  /** A connection that does not go through a proxy. */
  public Connection connect() throws SQLException {
    String url = "jdbc:postgresql://" + address() + "/postgres?user=postgres&connectTimeout=5";
    return DriverManager.getConnection(password == null ? url : url + "&password=" + password);
  }

  /** Whether a session runs {@code pg_sleep}. */
  public boolean sleeps() throws SQLException {
    try (Connection connection = connect();
        Statement statement = connection.createStatement();
        ResultSet sleeping =
            statement.executeQuery("select from pg_stat_activity where wait_event = 'PgSleep'")) {
      return sleeping.next();
    }
  }

  /** What the server has logged so far. */
  public String log() {
    try {
      return Files.exists(log) ? Files.readString(log) : "";
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    if (postmaster != null) {
      postmaster.kill();
    }
    port.close();
    try {
      PostgresHome.run("rm", "-rf", String.valueOf(data.getParent()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
