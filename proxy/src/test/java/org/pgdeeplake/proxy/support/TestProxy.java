package org.pgdeeplake.proxy.support;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.pgdeeplake.proxy.Internals;
import org.pgdeeplake.proxy.Proxy;
import org.pgdeeplake.proxy.StartException;
import org.pgdeeplake.proxy.backend.Backend;
import org.pgdeeplake.proxy.config.ConfigException;
import org.pgdeeplake.proxy.config.ConfigReader;
import org.pgdeeplake.proxy.demand.Demand;
import org.pgdeeplake.proxy.operation.Caller;
import org.pgdeeplake.proxy.operation.Operations;
import org.pgdeeplake.proxy.operation.ReloadResult;
import org.pgdeeplake.proxy.operation.Topology;
import org.pgdeeplake.proxy.session.SessionSnapshot;

/**
 * The proxy in this process, started from HOCON as its users write it. {@link #close} asserts that
 * nothing is left of any session: no slot, no place in the queue, no cancel key.
 */
public final class TestProxy implements AutoCloseable {
  private static final Duration LIMIT = Duration.ofSeconds(10);
  private static final String FRONTEND = "pg_frontend";
  private static final String BACKEND = "pg_backends";

  static {
    // What the tests wait for is mostly there within a few milliseconds.
    Awaitility.setDefaultPollDelay(Duration.ZERO);
    Awaitility.setDefaultPollInterval(Duration.ofMillis(5));
  }

  private final Proxy proxy;
  private final InetSocketAddress address;
  private final Path file;

  private TestProxy(Proxy proxy, Path file) {
    this.proxy = proxy;
    this.file = file;
    this.address = proxy.address(FRONTEND);
  }

  /** The configuration, bit by bit; each bit is lines of HOCON. */
  public static final class Builder {
    private final List<String> servers = new ArrayList<>();
    private final List<String> frontend = new ArrayList<>();
    private final List<String> backend = new ArrayList<>();
    private final List<String> rest = new ArrayList<>();

    private Builder() {}

    /** One more server, called s1, s2, …; {@code more} as {@code "max-connections = 3"}. */
    public Builder server(String address, String... more) {
      return server("s" + (servers.size() + 1), address, more);
    }

    public Builder serverNamed(String name, TestPostgres postgres) {
      return server(name, postgres.address(), new String[0]);
    }

    private Builder server(String name, String address, String[] more) {
      servers.add(
          "{ name = " + name + ", address = \"" + address + "\"\n" + String.join("\n", more) + "}");
      return this;
    }

    public Builder server(TestPostgres postgres, String... more) {
      return server(postgres.address(), more);
    }

    public Builder frontend(String... lines) {
      frontend.addAll(List.of(lines));
      return this;
    }

    public Builder backend(String... lines) {
      backend.addAll(List.of(lines));
      return this;
    }

    /** Keys of {@code proxy} itself. */
    public Builder proxy(String... lines) {
      rest.addAll(List.of(lines));
      return this;
    }

    /** The whole file. */
    public String text() {
      return """
      proxy {
        threads = 2
        warm-up = 0s
        admin.bind = "127.0.0.1:0"
        frontends.pg_frontend {
          bind = "127.0.0.1:0"
          default-backend = pg_backends
          %s
        }
        backends.pg_backends {
          servers = [%s]
          %s
        }
        %s
      }
      """
          .formatted(
              String.join("\n", frontend),
              String.join(", ", servers),
              String.join("\n", backend),
              String.join("\n", rest));
    }

    public TestProxy start() {
      try {
        Path file = Files.createTempFile("proxy", ".conf");
        try {
          return start(file);
        } finally {
          Files.delete(file);
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    /**
     * @param file is written, and may be read again
     */
    public TestProxy start(Path file) {
      try {
        Files.writeString(file, text());
        return new TestProxy(Proxy.start(ConfigReader.load(file)), file);
      } catch (ConfigException | StartException e) {
        throw new AssertionError(e.getMessage() + "\n" + text(), e);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /** A proxy in front of these, with everything else as by default. */
  public static Builder to(TestPostgres... servers) {
    Builder builder = new Builder();
    for (TestPostgres server : servers) {
      builder.server(server);
    }
    return builder;
  }

  public Proxy proxy() {
    return proxy;
  }

  public Backend backend() {
    return Internals.backend(proxy, BACKEND);
  }

  public Demand.Snapshot demand() {
    return Internals.demand(proxy).snapshot();
  }

  public Operations operations() {
    return Internals.operations(proxy);
  }

  /** The server of that number, from 1 up, and its backend. */
  public Topology.Place server(int number) {
    return new Topology.Place(backend(), backend().servers().get(number - 1));
  }

  /** What operators see of the live sessions. */
  public List<SessionSnapshot> snapshots() {
    return operations().sessions(Runnable::run).orTimeout(10, TimeUnit.SECONDS).join();
  }

  /** Sessions that have not ended. */
  public int sessions() {
    return Internals.sessions(proxy).live();
  }

  public InetSocketAddress address() {
    return address;
  }

  public int port() {
    return address.getPort();
  }

  /** Has the file that it was started from read again, and waits for what comes of it. */
  private ReloadResult reload() {
    return Internals.operations(proxy).reload(new Caller("test", "", null)).join();
  }

  /** Reloads this configuration, and returns what has changed. */
  public List<String> applied(Builder configuration) {
    write(configuration);
    ReloadResult result = reload();
    assertThat(result).isInstanceOf(ReloadResult.Applied.class);
    return ((ReloadResult.Applied) result).changes();
  }

  /** Reloads this configuration, which is wrong, and returns why. */
  public List<String> refused(Builder configuration) {
    write(configuration);
    return refused();
  }

  /** The same with the file as it is. */
  public List<String> refused() {
    ReloadResult result = reload();
    assertThat(result).isInstanceOf(ReloadResult.Refused.class);
    return ((ReloadResult.Refused) result).problems();
  }

  private void write(Builder configuration) {
    try {
      Files.writeString(file, configuration.text());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What its admin port answers, which must be a 200. */
  public String get(String path) {
    return new AdminPort(proxy.adminAddress().getPort()).get(path);
  }

  /** Waits until so many servers are up. */
  public TestProxy awaitUp(int servers) {
    await("servers up").atMost(LIMIT).until(() -> backend().activeServers() == servers);
    return this;
  }

  /** Waits until so many sessions wait in the queue. */
  public void awaitQueued(int sessions) {
    await("sessions in the queue").atMost(LIMIT).until(() -> backend().queued() == sessions);
  }

  /** Waits until no session is left and no slot is taken. */
  public void awaitNoSession() {
    await("no session left")
        .atMost(LIMIT)
        .until(() -> sessions() == 0 && backend().assigned() == 0);
  }

  /**
   * @param parameters of pgjdbc, as {@code sslmode=require}
   */
  public String jdbcUrl(String... parameters) {
    return "jdbc:postgresql://127.0.0.1:"
        + port()
        + "/postgres?user=postgres&"
        + String.join("&", parameters);
  }

  /** A pgjdbc connection; {@code sslmode=prefer} unless said otherwise. */
  public Connection connect(String... parameters) throws SQLException {
    return DriverManager.getConnection(jdbcUrl(parameters));
  }

  /** psql against this proxy, with its defaults, running one statement; prints bare values. */
  public Command.Builder psql(String statement) {
    return Command.of(
        "psql",
        "-X",
        "-At",
        "-h",
        "127.0.0.1",
        "-p",
        String.valueOf(port()),
        "-U",
        "postgres",
        "-d",
        "postgres",
        "-c",
        statement);
  }

  /** pgbench against this proxy. */
  public Command.Builder pgbench(String... options) {
    List<String> line =
        new ArrayList<>(
            List.of("pgbench", "-h", "127.0.0.1", "-p", String.valueOf(port()), "-U", "postgres"));
    line.addAll(List.of(options));
    line.add("postgres");
    return Command.of(line);
  }

  @Override
  public void close() {
    proxy.close();
    assertThat(sessions()).as("sessions left").isZero();
    assertThat(backend().assigned()).as("slots taken").isZero();
    assertThat(backend().queued()).as("waiters").isZero();
    backend()
        .servers()
        .forEach(server -> assertThat(server.sessions()).as("slots of " + server.name()).isZero());
    assertThat(demand().waiting() + demand().busy() + demand().idle() + demand().opaque())
        .as("claims left")
        .isZero();
  }
}
