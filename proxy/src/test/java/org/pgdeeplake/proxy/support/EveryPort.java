package org.pgdeeplake.proxy.support;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.pgdeeplake.proxy.support.keda.KedaClient;

/**
 * A proxy process with each kind of port that it can have, before one PostgreSQL, with its default
 * limits. Other proxies have no port of their own: they come to that of operators.
 */
public final class EveryPort implements AutoCloseable {
  private static final String PASSWORD = "secret-of-every-port";
  private static final Duration START = Duration.ofSeconds(60);

  /** A kind of port, and how long a connection may take that never says anything whole. */
  public enum Port {
    /** {@code timeouts.startup}, and what {@code Closed} waits for a client to read. */
    PLAIN(10 + 2),
    /** The same and {@code timeouts.tls-handshake}. */
    TLS(10 + 5 + 2),
    BALANCED(10 + 2),
    ADMIN(60),
    /** For a login, and for the last words. */
    CONSOLE(10 + 2),
    /** gRPC asks for a sign of life after 30 s, and waits 20 s for it. */
    SCALER(30 + 20);

    private final Duration limit;

    Port(int seconds) {
      limit = Duration.ofSeconds(seconds);
    }

    public Duration limit() {
      return limit;
    }
  }

  private final TestPostgres postgres = TestPostgres.started();
  private final Map<Port, ReservedPort> ports = new EnumMap<>(Port.class);
  private final Command proxy;

  /**
   * @param directory for its files
   */
  public EveryPort(Path directory) {
    for (Port port : Port.values()) {
      ports.put(port, new ReservedPort());
    }
    TestTls tls = TestTls.in(directory);
    try {
      proxy =
          ProxyProcess.of(Files.writeString(directory.resolve("proxy.conf"), config(tls))).start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    // Not by connections that leave at once: where they meet gRPC while its classes are loaded,
    // Netty warns of them.
    await("ready")
        .atMost(START)
        .failFast("the process ended", () -> !proxy.running())
        .until(() -> proxy.out().contains(" ready ("));
  }

  private String config(TestTls tls) {
    return """
    proxy {
      admin { bind = "%s", stats { user = ops, password = "%s" } }
      console { bind = "%s", password = "%s" }
      scaler { enabled = true, bind = "%s" }
      peers { dns = "%s", secret = "%s" }
      frontend-defaults.max-connections = 1000
      frontends.plain { bind = "%s", default-backend = b, tls.mode = off }
      frontends.balanced {
        bind = "%s", default-backend = b, tls.mode = off, accept-proxy-protocol = ["127.0.0.0/8"]
      }
      frontends.tls { bind = "%s", default-backend = b
        %s
      }
      backends.b.servers = [ { name = s1, address = "%s" } ]
      demand.linger = 0s
      shutdown.drain-timeout = 0s
    }
    """
        .formatted(
            at(Port.ADMIN),
            PASSWORD,
            at(Port.CONSOLE),
            PASSWORD,
            at(Port.SCALER),
            at(Port.ADMIN),
            PASSWORD,
            at(Port.PLAIN),
            at(Port.BALANCED),
            at(Port.TLS),
            String.join("\n", tls.terminate()),
            postgres.address());
  }

  private String at(Port port) {
    return reserved(port).address();
  }

  private ReservedPort reserved(Port port) {
    return Objects.requireNonNull(ports.get(port));
  }

  public InetSocketAddress address(Port port) {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), reserved(port).number());
  }

  /** Each port serves those whom it is for. Blocks. */
  public void serves() throws IOException {
    try (RawClient client = RawClient.session(address(Port.PLAIN));
        RawClient encrypted = RawClient.tlsSession(address(Port.TLS));
        RawClient balanced = RawClient.open(address(Port.BALANCED));
        KedaClient keda = KedaClient.plain(address(Port.SCALER))) {
      assertThat(client.value("select 42")).isEqualTo("42");
      assertThat(encrypted.value("select 42")).isEqualTo("42");
      balanced.send(
          "PROXY TCP4 192.0.2.1 192.0.2.2 1 5432\r\n".getBytes(StandardCharsets.US_ASCII),
          RawClient.startup());
      balanced.readUntil('Z');
      assertThat(keda.isActive()).isTrue();
    }
    assertThat(metrics().number("pgproxy_demand")).isNotNegative();
    assertThat(psqlToConsole()).as("psql on the console").isZero();
  }

  private int psqlToConsole() {
    return Command.of(
            "psql",
            "-XAt",
            "-h",
            "127.0.0.1",
            "-p",
            String.valueOf(reserved(Port.CONSOLE).number()),
            "-U",
            "pgproxy",
            "-c",
            "SHOW VERSION")
        .env("PGPASSWORD", PASSWORD)
        .run()
        .exitCode();
  }

  public ScrapedText metrics() {
    return ScrapedText.parse(new AdminPort(reserved(Port.ADMIN).number()).get("/metrics"));
  }

  /** Its open files. */
  public long openFiles() {
    try (Stream<Path> files = Files.list(Path.of("/proc", String.valueOf(proxy.pid()), "fd"))) {
      return files.count();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Ends it; returns what it has written. */
  public String ended() {
    proxy.signal("TERM");
    Command.Result result = proxy.await();
    assertThat(result.exitCode()).as(result.err()).isZero();
    return result.out() + result.err();
  }

  @Override
  public void close() {
    proxy.close();
    ports.values().forEach(ReservedPort::close);
    postgres.close();
  }
}
