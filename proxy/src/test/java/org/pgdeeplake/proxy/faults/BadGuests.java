package org.pgdeeplake.proxy.faults;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.pgdeeplake.proxy.support.RawClient;

/** Clients that nobody wants, and of whom the others must not notice anything. */
final class BadGuests {
  private static final int MOST_SLOW = 4;
  private static final int SMALL_BUFFER = 4096;

  /** The kernel makes it the smallest that it allows: 2,304 bytes on Linux. */
  private static final int SMALLEST_BUFFER = 1;

  private static final int BIGGEST_DRIB = 700;
  private static final byte[] SUMS =
      RawClient.query("select i, md5(i::text) from generate_series(1, 2000) i");
  private static final byte[] MUCH =
      RawClient.query("select repeat('x', 1000) from generate_series(1, 20000)");

  private final InetSocketAddress proxy;
  private final InetSocketAddress server;

  /**
   * @param server who says without the proxy what is right
   */
  BadGuests(InetSocketAddress proxy, InetSocketAddress server) {
    this.proxy = proxy;
    this.server = server;
  }

  /** So many break their connections, one in each phase after the other. */
  void reset(Fault fault) throws IOException {
    for (int i = 0; i < fault.upTo(Injector.MOST_SESSIONS); i++) {
      try (RawClient client = RawClient.open(proxy)) {
        byte[] startup = RawClient.startup();
        switch ((fault.detail() + i) % 6) {
          case 0 -> {}
          case 1 -> client.send(Arrays.copyOf(startup, startup.length / 2));
          case 2 -> client.send(startup);
          case 3 -> client.send(RawClient.sslRequest());
          case 4 -> {
            client.send(startup);
            var _ = client.readUntil('Z');
          }
          default -> {
            client.send(startup);
            var _ = client.readUntil('Z');
            client.send(MUCH);
            var _ = client.read();
          }
        }
        client.reset();
      }
    }
  }

  /** So many ask for 20 MB and read nothing for a while; then every other one goes, unread. */
  void readSlowly(Fault fault) throws IOException, InterruptedException {
    int count = fault.upTo(MOST_SLOW);
    List<RawClient> clients = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      RawClient client = RawClient.open(proxy, SMALL_BUFFER);
      clients.add(client);
      client.send(RawClient.startup());
      var _ = client.readUntil('Z');
      client.send(MUCH);
    }
    fault.last();
    for (int i = 0; i < count; i++) {
      RawClient client = clients.get(i);
      if (i % 2 == 0) {
        int rows = client.readUntil('Z').size();
        if (rows < 20_000) {
          throw new IOException("a slow reader got " + rows + " messages");
        }
        client.close();
      } else {
        client.reset();
      }
    }
  }

  /** So many read some 100 kB through the smallest window, a few bytes at a time. */
  void readDribs(Fault fault) throws IOException, InterruptedException {
    List<RawClient> clients = new ArrayList<>();
    for (int i = 0; i < fault.upTo(MOST_SLOW); i++) {
      clients.add(askedForSums(proxy, SMALLEST_BUFFER));
    }
    fault.last();
    String right;
    try (RawClient direct = askedForSums(server, 0)) {
      right = direct.readToEnd();
    }
    Random random = new Random(fault.detail());
    for (RawClient client : clients) {
      String dribs = dribs(client.transport().getInputStream(), random);
      if (!dribs.equals(right)) {
        throw new IOException(
            "through a tiny window came %d bytes instead of %d, or others"
                .formatted(dribs.length(), right.length()));
      }
      client.close();
    }
  }

  private static RawClient askedForSums(InetSocketAddress address, int receiveBuffer)
      throws IOException {
    RawClient client = RawClient.open(address, receiveBuffer);
    client.send(RawClient.startup());
    var _ = client.readUntil('Z');
    client.send(SUMS, RawClient.terminate());
    return client;
  }

  /** All up to the end of the stream. */
  private static String dribs(InputStream in, Random random) throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    byte[] drib = new byte[BIGGEST_DRIB];
    int read = 0;
    while (read >= 0) {
      all.write(drib, 0, read);
      read = in.read(drib, 0, 1 + random.nextInt(BIGGEST_DRIB));
    }
    return all.toString(StandardCharsets.ISO_8859_1);
  }

  /** So many speak another protocol, or none. */
  void talkNonsense(Fault fault) throws IOException, InterruptedException {
    int count = fault.upTo(Injector.MOST_SESSIONS);
    List<RawClient> clients = new ArrayList<>();
    Random random = new Random(count);
    for (int i = 0; i < count; i++) {
      RawClient client = RawClient.open(proxy);
      clients.add(client);
      client.send(nonsense(i, random));
    }
    fault.last();
    for (RawClient client : clients) {
      client.reset();
    }
  }

  private static byte[] nonsense(int number, Random random) {
    return switch (number % 6) {
      case 0 -> "GET / HTTP/1.1\r\nHost: a\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
      case 1 -> "SSH-2.0-OpenSSH_9.2\r\n".getBytes(StandardCharsets.US_ASCII);
      case 2 -> new byte[] {22, 3, 1, 2, 0, 1, 0, 1, -4, 3, 3};
      case 3 -> new byte[] {0, 0, 0, 0, 0, 0, 0, 0};
      case 4 -> new byte[] {127, -1, -1, -1, 0, 3, 0, 0};
      default -> {
        byte[] bytes = new byte[200];
        random.nextBytes(bytes);
        yield bytes;
      }
    };
  }
}
