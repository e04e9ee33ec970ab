package org.pgdeeplake.proxy.faults;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.awaitility.core.ConditionTimeoutException;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.proxy.support.AdminPort;
import org.pgdeeplake.proxy.support.Command;
import org.pgdeeplake.proxy.support.FaultyServer;
import org.pgdeeplake.proxy.support.ProxyProcess;
import org.pgdeeplake.proxy.support.RawClient;
import org.pgdeeplake.proxy.support.ReservedPort;
import org.pgdeeplake.proxy.support.ScrapedText;
import org.pgdeeplake.proxy.support.TestPostgres;
import org.pgdeeplake.proxy.support.TestTls;

/**
 * A proxy process and two real PostgreSQL: the first one reached directly, the second one through a
 * link that can be made faulty. To the proxy they are two machines with the same port.
 */
final class Stage implements AutoCloseable {
  static final Duration LIMIT = Duration.ofSeconds(30);
  private static final int MAX_CLIENTS = 2000;

  /** Before the command line's: 32 MB, and 8 kB for each client that may come (reference.conf). */
  private static final String HEAP = "-Xmx48m";

  private static final String MAX_CONNECTIONS = "max_connections = 40";

  /** The proxy's view: two machines. */
  static final List<String> HOSTS = List.of("127.0.0.2", "127.0.0.3");

  private final List<TestPostgres> servers =
      List.of(
          TestPostgres.createAt(HOSTS.get(0), 0, MAX_CONNECTIONS).start(),
          TestPostgres.started(MAX_CONNECTIONS));
  private final FaultyServer link =
      FaultyServer.beforeAt(HOSTS.get(1), servers.get(0).port(), servers.get(1));
  private final ReservedPort port = new ReservedPort();
  private final ReservedPort admin = new ReservedPort();
  private final Checker checker = new Checker();
  private final Ledger ledger = new Ledger(servers);
  private final Path jar;
  private final Path log;
  private final TestTls tls;
  private final StageConfig config;
  private final Map<String, String> environment;

  /** The proxy's; null: the machine's. */
  private final @Nullable WallClock clock;

  private volatile Command proxy;

  /**
   * @param directory for what is written
   */
  Stage(Path directory) throws SQLException {
    this(directory, false, Map.of());
  }

  /**
   * @param ownClock whether the proxy's wall clock can be set
   * @param environment of the proxy process, beside what it inherits
   */
  Stage(Path directory, boolean ownClock, Map<String, String> environment) throws SQLException {
    this.environment = environment;
    clock = ownClock ? new WallClock(directory) : null;
    tls = TestTls.in(directory);
    jar = ProxyProcess.jar(directory);
    log = directory.resolve("proxy.log");
    config = new StageConfig(directory.resolve("proxy.conf"), fixed());
    ledger.create();
    config.servers(listed(0, 1)).write();
    proxy = start();
    // A run that is interrupted leaves no proxy behind.
    Runtime.getRuntime().addShutdownHook(new Thread(() -> proxy.close()));
  }

  private List<String> fixed() {
    return Stream.of(
            Stream.of(
                "admin.bind = \"" + admin.address() + "\"",
                "frontends.pg_frontend {",
                "bind = \"" + port.address() + "\"",
                "default-backend = pg_backends",
                "max-connections = " + MAX_CLIENTS,
                // A machine that is busy with other things is none of the faults.
                "timeouts { startup = 30s, tls-handshake = 30s }"),
            Stream.of(tls.terminate()),
            Stream.of("}"))
        .flatMap(lines -> lines)
        .toList();
  }

  /** Servers as a configuration lists them. */
  List<String> listed(Integer... indexes) {
    return Stream.of(indexes)
        .map(index -> "name = s%d, address = \"%s\"".formatted(index + 1, addressOf(index)))
        .toList();
  }

  private Command start() {
    Command.Builder builder =
        ProxyProcess.of(jar, config.file()).appendingTo(log).env("_JAVA_OPTIONS", HEAP);
    environment.forEach(builder::env);
    if (clock != null) {
      clock.environment().forEach(builder::env);
    }
    Command started = builder.start();
    ProxyProcess.awaitListening(started, port);
    return started;
  }

  InetSocketAddress address() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), port.number());
  }

  InetSocketAddress adminAddress() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), admin.number());
  }

  /** What the proxy process tells of itself now. */
  ScrapedText metrics() {
    return figures().scrape();
  }

  /** Whether the proxy process accepts connections. */
  boolean listens() {
    try {
      RawClient.open(address()).close();
      return true;
    } catch (UncheckedIOException e) {
      return false;
    }
  }

  ProxyFigures figures() {
    return new ProxyFigures(new AdminPort(admin.number()));
  }

  /** Waits for a fact, without which a fault would prove nothing. */
  void expect(String fact, Callable<Boolean> condition) {
    try {
      await().atMost(LIMIT).ignoreExceptionsInstanceOf(UncheckedIOException.class).until(condition);
    } catch (ConditionTimeoutException e) {
      checker.violation("not within " + LIMIT.toSeconds() + " s: " + fact);
    }
  }

  Checker checker() {
    return checker;
  }

  Ledger ledger() {
    return ledger;
  }

  FaultyServer link() {
    return link;
  }

  Command proxy() {
    return proxy;
  }

  StageConfig config() {
    return config;
  }

  WallClock clock() {
    return Objects.requireNonNull(clock, "it is the machine's");
  }

  /** What the proxies so far have logged. */
  Path log() {
    return log;
  }

  TestPostgres server(int index) {
    return servers.get(index);
  }

  /** Where the proxy finds it, as in a configuration. */
  String addressOf(int index) {
    return index == 0 ? servers.get(0).address() : link.address();
  }

  /** Of the server that says this is its port. */
  int indexOf(int postgresPort) {
    return servers.get(0).port() == postgresPort ? 0 : 1;
  }

  /** A new certificate, written beside the old one and moved onto it. */
  void swapCertificate() {
    var fresh = tls.authority().issue();
    Path written = tls.write("server.pem.new", fresh.chain() + fresh.key());
    try {
      Files.move(
          written,
          tls.directory().resolve("server.pem"),
          java.nio.file.StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The configuration is written and taken over. */
  void reload() {
    config.write();
    proxy.signal("HUP");
  }

  /**
   * Ends the proxy, and starts another one after a while.
   *
   * @param signal TERM or KILL
   */
  void restart(String signal, Fault fault) throws InterruptedException {
    proxy.signal(signal);
    int code = proxy.await(LIMIT).exitCode();
    if (signal.equals("TERM") && code != 0) {
      checker.violation("after SIGTERM the proxy ended with " + code);
    }
    fault.last();
    proxy = start();
  }

  /** Lines of all the proxies so far that tell of an error of theirs. */
  List<String> complaints() {
    try (Stream<String> lines = Files.lines(log)) {
      return lines.filter(Stage::complains).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean complains(String line) {
    // What it says without a free file descriptor is as it should be.
    boolean error = line.contains(" ERROR ") && !line.contains("Too many open files");
    return error || line.startsWith("\tat ") || line.contains("LEAK");
  }

  @Override
  public void close() {
    proxy.close();
    link.close();
    servers.forEach(TestPostgres::close);
    port.close();
    admin.close();
  }
}
