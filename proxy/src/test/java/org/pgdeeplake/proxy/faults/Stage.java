package org.pgdeeplake.proxy.faults;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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
 * link that can be made faulty.
 */
final class Stage implements AutoCloseable {
  private static final Duration DRAIN_LIMIT = Duration.ofSeconds(20);
  private static final String MAX_CONNECTIONS = "max_connections = 40";

  private final List<TestPostgres> servers =
      List.of(TestPostgres.started(MAX_CONNECTIONS), TestPostgres.started(MAX_CONNECTIONS));
  private final FaultyServer link = FaultyServer.before(servers.get(1));
  private final ReservedPort port = new ReservedPort();
  private final ReservedPort admin = new ReservedPort();
  private final Checker checker = new Checker();
  private final Ledger ledger = new Ledger(servers);
  private final List<Command> ended = new ArrayList<>();
  private final Path file;
  private final Map<String, String> environment;
  private final TestTls tls;
  private volatile Command proxy;

  /**
   * @param directory for what is written
   */
  Stage(Path directory) throws SQLException {
    this(directory, Map.of());
  }

  /**
   * @param environment of the proxy process, beside what it inherits
   */
  Stage(Path directory, Map<String, String> environment) throws SQLException {
    this.environment = environment;
    tls = TestTls.in(directory);
    file = directory.resolve("proxy.conf");
    ledger.create();
    configure(2);
    proxy = start();
    // A run that is interrupted leaves no proxy behind.
    Runtime.getRuntime().addShutdownHook(new Thread(() -> proxy.close()));
  }

  /**
   * Writes the configuration.
   *
   * @param connectSeconds one of several values that are as good as each other
   */
  void configure(int connectSeconds) {
    String text =
        """
        proxy {
          threads = 2
          warm-up = 0s
          admin.bind = "%s"
          log { sessions = false, level = warn }
          shutdown { drain-timeout = 1s }
          frontends.pg_frontend {
            bind = "%s"
            default-backend = pg_backends
            %s
          }
          backends.pg_backends {
            servers = [ { name = s1, address = "%s" }, { name = s2, address = "%s" } ]
            check { inter = 500ms, timeout = 1s }
            timeouts { connect = %ds }
          }
        }
        """
            .formatted(
                admin.address(),
                port.address(),
                String.join("\n", tls.terminate()),
                servers.get(0).address(),
                link.address(),
                connectSeconds);
    try {
      Files.writeString(file, text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Command start() {
    Command.Builder program = ProxyProcess.of(file);
    environment.forEach(program::env);
    Command started = program.start();
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
    return ScrapedText.parse(new AdminPort(admin.number()).get("/metrics"));
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

  /** Sessions and waiters that the proxy itself still counts, which are none without clients. */
  double left() {
    ScrapedText metrics = metrics();
    return metrics.number("haproxy_process_current_connections")
        + metrics.number("pgproxy_waiting")
        + metrics.number("haproxy_backend_current_sessions", "proxy", "pg_backends");
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

  TestPostgres server(int index) {
    return servers.get(index);
  }

  /** Where the proxy finds it. */
  int portOf(int index) {
    return index == 0 ? servers.get(0).port() : Integer.parseInt(link.address().split(":", 2)[1]);
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

  /**
   * Ends the proxy, and starts another one after a while.
   *
   * @param signal TERM or KILL
   */
  void restart(String signal, Fault fault) throws InterruptedException {
    proxy.signal(signal);
    int code = proxy.await(DRAIN_LIMIT).exitCode();
    if (signal.equals("TERM") && code != 0) {
      checker.violation("after SIGTERM the proxy ended with " + code);
    }
    ended.add(proxy);
    fault.last();
    proxy = start();
  }

  /** Lines of all the proxies so far that tell of an error of theirs. */
  List<String> complaints() {
    List<String> lines = new ArrayList<>();
    for (Command each : ended) {
      lines.addAll(each.out().lines().filter(Stage::complains).toList());
    }
    lines.addAll(proxy.out().lines().filter(Stage::complains).toList());
    return lines;
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
