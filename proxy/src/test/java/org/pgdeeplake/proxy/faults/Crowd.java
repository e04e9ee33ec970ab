package org.pgdeeplake.proxy.faults;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.pgdeeplake.proxy.support.RawClient;

/**
 * A thousand clients, half of whom wait for a server or have one and say nothing, and half of whom
 * have only begun to say who they are.
 */
final class Crowd implements AutoCloseable {
  static final int SIZE = 1000;

  /** Of a parameter, so that a whole packet is just below PostgreSQL's limit of 10,000 bytes. */
  private static final int MUCH = 9_900;

  private final InetSocketAddress proxy;
  private final List<RawClient> clients = new ArrayList<>();

  Crowd(InetSocketAddress proxy) {
    this.proxy = proxy;
  }

  void come() throws IOException {
    byte[] startup = RawClient.startup("application_name", "x".repeat(MUCH));
    byte[] begun = Arrays.copyOf(startup, startup.length - 1);
    for (int i = 0; i < SIZE; i++) {
      RawClient client = RawClient.open(proxy);
      clients.add(client);
      client.send(i % 2 == 0 ? startup : begun);
    }
  }

  /** All break their connections at once. */
  @Override
  public void close() throws IOException {
    for (RawClient client : clients) {
      client.reset();
    }
  }
}
