package org.pgdeeplake.proxy.backend;

import io.netty.handler.codec.haproxy.HAProxyCommand;
import io.netty.handler.codec.haproxy.HAProxyMessage;
import io.netty.handler.codec.haproxy.HAProxyProtocolVersion;
import io.netty.handler.codec.haproxy.HAProxyProxiedProtocol;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * Who is behind a connection, for servers that ask: a PROXY protocol header of version 2 (HAProxy,
 * {@code doc/proxy-protocol.txt}, 2.2).
 */
public sealed interface ProxyHeader {

  /** The proxy itself: a health check. */
  record Local() implements ProxyHeader {}

  /** A client that has connected to {@code destination}. */
  record Client(InetSocketAddress source, InetSocketAddress destination) implements ProxyHeader {}

  /** A client whose connection has gone so fast that the system no longer knows its ends. */
  record Unknown() implements ProxyHeader {}

  static ProxyHeader of(InetSocketAddress source, @Nullable SocketAddress destination) {
    return destination instanceof InetSocketAddress known
        ? new Client(source, known)
        : new Unknown();
  }

  /** For the encoder, which releases it. */
  default HAProxyMessage message() {
    return switch (this) {
      case Local() -> message(HAProxyCommand.LOCAL);
      case Unknown() -> message(HAProxyCommand.PROXY);
      case Client(InetSocketAddress source, InetSocketAddress destination) -> {
        boolean v4 =
            source.getAddress() instanceof Inet4Address
                && destination.getAddress() instanceof Inet4Address;
        yield new HAProxyMessage(
            HAProxyProtocolVersion.V2,
            HAProxyCommand.PROXY,
            v4 ? HAProxyProxiedProtocol.TCP4 : HAProxyProxiedProtocol.TCP6,
            text(source.getAddress(), v4),
            text(destination.getAddress(), v4),
            source.getPort(),
            destination.getPort());
      }
    };
  }

  private static HAProxyMessage message(HAProxyCommand command) {
    return new HAProxyMessage(
        HAProxyProtocolVersion.V2, command, HAProxyProxiedProtocol.UNKNOWN, null, null, 0, 0);
  }

  /** A header has one family for both ends: an IPv4 address beside an IPv6 one is mapped. */
  private static String text(InetAddress address, boolean v4) {
    String text = address.getHostAddress();
    if (address instanceof Inet4Address) {
      return v4 ? text : "::ffff:" + text;
    }
    int scope = text.indexOf('%');
    return scope < 0 ? text : text.substring(0, scope);
  }
}
