package org.pgdeeplake.proxy.support;

import io.netty.channel.socket.SocketChannel;
import java.net.InetAddress;
import java.util.function.Function;
import org.pgdeeplake.proxy.net.Transport;

/** A transport whose sockets to servers are opened as the test says. */
public final class OtherSockets {
  private OtherSockets() {}

  public static Transport of(Transport real, Function<InetAddress, SocketChannel> opening) {
    return new Transport(
        real.name(), real.io(), real.serverSocket(), real.socket(), opening, real.datagram());
  }
}
