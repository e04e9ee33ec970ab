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
import org.pgdeeplake.proxy.backend.Backend;
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

  TestProxy(Proxy proxy, Path file) {
    this.proxy = proxy;
    this.file = file;
    this.address = proxy.address(FRONTEND);
  }

  /** A proxy in front of these, with everything else as by default. */
  public static ProxyFile to(TestPostgres... servers) {
    ProxyFile builder = new ProxyFile();
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
  public List<String> applied(ProxyFile configuration) {
    write(configuration);
    ReloadResult result = reload();
    assertThat(result).isInstanceOf(ReloadResult.Applied.class);
    return ((ReloadResult.Applied) result).changes();
  }

  /** Reloads this configuration, which is wrong, and returns why. */
  public List<String> refused(ProxyFile configuration) {
    write(configuration);
    return refused();
  }

  /** The same with the file as it is. */
  public List<String> refused() {
    ReloadResult result = reload();
    assertThat(result).isInstanceOf(ReloadResult.Refused.class);
    return ((ReloadResult.Refused) result).problems();
  }

  private void write(ProxyFile configuration) {
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
