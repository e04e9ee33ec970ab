package org.pgdeeplake.proxy.faults;

import java.io.IOException;
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
  private static final byte[] MUCH =
      RawClient.query("select repeat('x', 1000) from generate_series(1, 20000)");

  private final InetSocketAddress proxy;

  BadGuests(InetSocketAddress proxy) {
    this.proxy = proxy;
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
