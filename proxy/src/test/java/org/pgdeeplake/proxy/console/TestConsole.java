package org.pgdeeplake.proxy.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.EventLoopGroup;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.pgdeeplake.proxy.Internals;
import org.pgdeeplake.proxy.config.Credentials;
import org.pgdeeplake.proxy.config.HostPort;
import org.pgdeeplake.proxy.config.ProxyConfig.TransportChoice;
import org.pgdeeplake.proxy.config.Secret;
import org.pgdeeplake.proxy.metrics.Metrics;
import org.pgdeeplake.proxy.net.Listener;
import org.pgdeeplake.proxy.net.Transport;
import org.pgdeeplake.proxy.operation.Operations;
import org.pgdeeplake.proxy.operation.ReloadResult;
import org.pgdeeplake.proxy.support.ConsoleLogin;
import org.pgdeeplake.proxy.support.RawClient;
import org.pgdeeplake.proxy.support.TestProxy;

/** A console on one loop of its own, of user pgproxy with the password secret. */
final class TestConsole implements AutoCloseable {
  static final Limits QUICK =
      new Limits(
          2,
          4,
          3,
          Duration.ofMillis(300),
          Duration.ofSeconds(30),
          Duration.ofMillis(300),
          Duration.ofSeconds(30));

  static final Limits PATIENT =
      new Limits(
          2,
          5,
          3,
          Duration.ofSeconds(30),
          Duration.ofSeconds(30),
          Duration.ofSeconds(30),
          Duration.ofSeconds(30));

  private final Transport transport = Transport.select(TransportChoice.AUTO);
  private final EventLoopGroup loops = transport.loops("console", 1);
  private final Metrics metrics = new Metrics();
  private final ConsoleServer server;

  TestConsole(Operations operations, Limits limits) {
    Credentials credentials = new Credentials("pgproxy", new Secret("secret"));
    server = new ConsoleServer(operations, metrics, limits);
    try {
      server.listen(Listener.bind(new HostPort("127.0.0.1", 0), loops, transport), credentials);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What the proxy's operators do, but that a reload comes to {@code result}. */
  static Operations reloading(TestProxy proxy, CompletableFuture<ReloadResult> result) {
    return new Operations(
        () -> proxy.operations().topology(),
        Internals.sessions(proxy.proxy()),
        Internals.demand(proxy.proxy()),
        _ -> result.copy(),
        () -> {});
  }

  static byte[] ints(int... values) {
    ByteBuffer bytes = ByteBuffer.allocate(4 * values.length);
    for (int value : values) {
      bytes.putInt(value);
    }
    return bytes.array();
  }

  static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** The FATAL that comes, after which the connection ends. */
  static String fatal(RawClient client) throws IOException {
    RawClient.Message message = Objects.requireNonNull(client.read(), "no last words");
    assertThat(message.fields()).containsEntry('S', "FATAL");
    assertThat(client.read()).isNull();
    return message.fields().get('C') + " " + message.fields().get('M');
  }

  static String types(List<RawClient.Message> messages) {
    return messages.stream()
        .map(message -> String.valueOf(message.type()))
        .collect(Collectors.joining());
  }

  ConsoleServer server() {
    return server;
  }

  Metrics metrics() {
    return metrics;
  }

  InetSocketAddress address() {
    return server.address();
  }

  RawClient open() {
    return RawClient.open(address());
  }

  RawClient login() throws IOException {
    return login(0);
  }

  /**
   * @param receiveBuffer as of {@link RawClient#open(InetSocketAddress, int)}
   */
  RawClient login(int receiveBuffer) throws IOException {
    RawClient client = RawClient.open(address(), receiveBuffer);
    client.send(ConsoleLogin.startup(RawClient.PROTOCOL_3_0, "pgproxy", "pgproxy"));
    ConsoleLogin.authenticate(client, "secret");
    client.readUntil('Z');
    return client;
  }

  @Override
  public void close() {
    server.close();
    loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
  }
}
