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
  private final String host;
  private final int port;

  public ReservedPort() {
    this("127.0.0.1", 0);
  }

  /**
   * @param port 0: one that is free
   */
  public ReservedPort(String host, int port) {
    this.host = host;
    try {
      holder = SocketChannel.open();
      holder.setOption(StandardSocketOptions.SO_REUSEADDR, true);
      holder.bind(new InetSocketAddress(InetAddress.ofLiteral(host), port));
      this.port = ((InetSocketAddress) holder.getLocalAddress()).getPort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public String host() {
    return host;
  }

  public int number() {
    return port;
  }

  /** As in a configuration. */
  public String address() {
    return host + ":" + port;
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
