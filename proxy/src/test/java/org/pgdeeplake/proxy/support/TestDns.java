package org.pgdeeplake.proxy.support;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A real DNS server, dnsmasq, on a loopback port of its own, with the names of a hosts file under
 * {@code pg.test}; of names there that are not in it, it says that they do not exist.
 */
public final class TestDns implements AutoCloseable {
  public static final String PROGRAM = "dnsmasq";

  private final ReservedPort port = new ReservedPort();
  private final Path hosts;
  private final int ttlSeconds;
  private @Nullable Command server;

  private TestDns(int ttlSeconds) {
    this.ttlSeconds = ttlSeconds;
    try {
      hosts = Files.createTempFile("hosts", "");
      // It may run as another user.
      Files.setPosixFilePermissions(hosts, PosixFilePermissions.fromString("rw-r--r--"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** One that runs and knows no name. */
  public static TestDns started(int ttlSeconds) {
    TestDns dns = new TestDns(ttlSeconds);
    dns.start();
    return dns;
  }

  public void start() {
    server =
        Command.of(
                PROGRAM,
                "--keep-in-foreground",
                "--conf-file=/dev/null",
                "--pid-file",
                "--user=" + System.getProperty("user.name"),
                "--port=" + port.number(),
                "--listen-address=127.0.0.1",
                "--bind-interfaces",
                "--no-resolv",
                "--no-hosts",
                "--addn-hosts=" + hosts,
                "--local=/pg.test/",
                "--local-ttl=" + ttlSeconds)
            .start();
    await().atMost(Duration.ofSeconds(10)).until(() -> answers("there.is.none.pg.test"));
  }

  /** From now on these names have these addresses, and no others have any. */
  public void set(Map<String, List<String>> names) {
    StringBuilder text = new StringBuilder();
    names.forEach((name, addresses) ->
        addresses.forEach(address -> text.append(address).append(' ').append(name).append('\n')));
    try {
      Files.writeString(hosts, text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    if (server != null) {
      server.signal("HUP");
    }
  }

  /** No more answers until {@link #start}. */
  public void kill() {
    Command running = server;
    server = null;
    if (running != null) {
      running.close();
      running.await();
    }
  }

  /** As in a configuration. */
  public String address() {
    return port.address();
  }

  /** Whether it answers anything at all within a moment. */
  private boolean answers(String name) throws IOException {
    if (server != null && !server.running()) {
      throw new AssertionError("dnsmasq ended: " + server.await());
    }
    try (DatagramSocket socket = new DatagramSocket()) {
      socket.connect(new InetSocketAddress(InetAddress.ofLiteral(port.host()), port.number()));
      socket.setSoTimeout(200);
      byte[] question = question(name);
      socket.send(new DatagramPacket(question, question.length));
      socket.receive(new DatagramPacket(new byte[512], 512));
      return true;
    } catch (SocketTimeoutException | PortUnreachableException e) {
      return false;
    }
  }

  /** For an A record (RFC 1035, 4.1). */
  private static byte[] question(String name) {
    List<Byte> bytes = new ArrayList<>();
    for (int b : new int[] {0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0}) {
      bytes.add((byte) b);
    }
    for (String label : name.split("\\.", -1)) {
      bytes.add((byte) label.length());
      for (byte b : label.getBytes(StandardCharsets.US_ASCII)) {
        bytes.add(b);
      }
    }
    for (int b : new int[] {0, 0, 1, 0, 1}) {
      bytes.add((byte) b);
    }
    byte[] packet = new byte[bytes.size()];
    for (int i = 0; i < packet.length; i++) {
      packet[i] = bytes.get(i);
    }
    return packet;
  }

  @Override
  public void close() {
    kill();
    port.close();
    try {
      Files.deleteIfExists(hosts);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
