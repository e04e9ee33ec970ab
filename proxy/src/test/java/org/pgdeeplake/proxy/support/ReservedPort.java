package org.pgdeeplake.proxy.support;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;

/**
 * A loopback port that is nobody else's although nothing listens on it: bound, not listening, with
 * SO_REUSEADDR, so that connections are refused, a server may still bind it, and the kernel gives
 * it to no outgoing connection. A port that was only found free would be taken sooner or later by
 * one of hundreds of clients.
 */
public final class ReservedPort implements AutoCloseable {
  private final SocketChannel holder;
  private final int port;

  public ReservedPort() {
    try {
      holder = SocketChannel.open();
      holder.setOption(StandardSocketOptions.SO_REUSEADDR, true);
      holder.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      port = ((InetSocketAddress) holder.getLocalAddress()).getPort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public int number() {
    return port;
  }

  /** As in a configuration. */
  public String address() {
    return "127.0.0.1:" + port;
  }

  @Override
  public void close() {
    try {
      holder.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
