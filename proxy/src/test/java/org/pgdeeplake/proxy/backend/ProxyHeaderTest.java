// The bytes of a PROXY header are those of HAProxy's document, section 2.2.
package org.pgdeeplake.proxy.backend;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.haproxy.HAProxyMessageEncoder;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import org.junit.jupiter.api.Test;

class ProxyHeaderTest {
  private static final String SIGNATURE = "0d0a0d0a000d0a515549540a";
  private static final String PORTS = "c0011538"; // 49153 and 5432

  @Test
  void ofIPv4() throws UnknownHostException {
    assertThat(bytes(client("192.0.2.1", "198.51.100.2")))
        .isEqualTo(SIGNATURE + "21" + "11" + "000c" + "c0000201" + "c6336402" + PORTS);
  }

  @Test
  void ofIPv6() throws UnknownHostException {
    assertThat(bytes(client("2001:db8::1", "fe80::2%1")))
        .isEqualTo(
            SIGNATURE
                + "2121"
                + "0024"
                + "20010db8000000000000000000000001"
                + "fe800000000000000000000000000002"
                + PORTS);
  }

  /** One family for both ends. */
  @Test
  void ofBoth() throws UnknownHostException {
    assertThat(bytes(client("192.0.2.1", "2001:db8::1")))
        .isEqualTo(
            SIGNATURE
                + "2121"
                + "0024"
                + "00000000000000000000ffffc0000201"
                + "20010db8000000000000000000000001"
                + PORTS);
  }

  @Test
  void ofTheProxyItself() {
    assertThat(bytes(new ProxyHeader.Local())).isEqualTo(SIGNATURE + "2000" + "0000");
  }

  @Test
  void ofAClientThatHasGone() throws UnknownHostException {
    assertThat(bytes(ProxyHeader.of(address("192.0.2.1", 49153), null)))
        .isEqualTo(SIGNATURE + "2100" + "0000");
  }

  private static ProxyHeader client(String source, String destination) throws UnknownHostException {
    return ProxyHeader.of(address(source, 49153), address(destination, 5432));
  }

  private static InetSocketAddress address(String literal, int port) throws UnknownHostException {
    return new InetSocketAddress(InetAddress.getByName(literal), port);
  }

  private static String bytes(ProxyHeader header) {
    EmbeddedChannel channel = new EmbeddedChannel(HAProxyMessageEncoder.INSTANCE);
    channel.writeOutbound(header.message());
    ByteBuf out = channel.readOutbound();
    try {
      return ByteBufUtil.hexDump(out);
    } finally {
      out.release();
      channel.finishAndReleaseAll();
    }
  }
}
