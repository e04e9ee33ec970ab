package org.pgdeeplake.manager.local;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;

/**
 * Ports of this process until it ends: bound and not listening, so that the kernel gives them to
 * nobody, and with SO_REUSEADDR, so that a server may listen there. One that was only found free
 * may be taken by a test of another process before it is used.
 */
final class TestPorts {
  private static final int TRIES = 100;
  private static final List<SocketChannel> HELD = new ArrayList<>();

  private TestPorts() {}

  /** So many in a row; the first of them. */
  static synchronized int reserve(int count) {
    for (int i = 0; i < TRIES; i++) {
      List<SocketChannel> held = new ArrayList<>();
      try {
        int first = hold(0, held);
        for (int next = 1; next < count; next++) {
          hold(first + next, held);
        }
        HELD.addAll(held);
        return first;
      } catch (BindException _) {
        held.forEach(TestPorts::release);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    throw new IllegalStateException("no %d free ports in a row".formatted(count));
  }

  private static int hold(int port, List<SocketChannel> held) throws IOException {
    SocketChannel channel = SocketChannel.open();
    held.add(channel);
    // After it: two that both have it from the beginning may hold the same one.
    channel.setOption(StandardSocketOptions.SO_REUSEADDR, false);
    InetSocketAddress address = Loopback.address(port);
    channel.bind(address);
    channel.setOption(StandardSocketOptions.SO_REUSEADDR, true);
    return ((InetSocketAddress) channel.getLocalAddress()).getPort();
  }

  private static void release(SocketChannel channel) {
    try {
      channel.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
