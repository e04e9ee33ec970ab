package org.pgdeeplake.proxy.support;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/** PROXY protocol headers by hand (haproxy.org, doc/proxy-protocol.txt). */
public final class ProxyHeaders {
  private static final byte[] SIGNATURE = HexFormat.of().parseHex("0d0a0d0a000d0a515549540a");

  private ProxyHeaders() {}

  public static byte[] v1(String line) {
    return (line + "\r\n").getBytes(StandardCharsets.US_ASCII);
  }

  /** Version 2, TCP, whose connection is to 127.0.0.1 or ::1, port 5432. */
  public static byte[] v2(String source, int port, byte... tlvs) {
    InetSocketAddress from = new InetSocketAddress(InetAddress.ofLiteral(source), port);
    byte[] address = from.getAddress().getAddress();
    boolean four = address.length == 4;
    ByteBuffer body =
        ByteBuffer.allocate(2 * address.length + 4 + tlvs.length)
            .put(address)
            .put(InetAddress.ofLiteral(four ? "127.0.0.1" : "::1").getAddress())
            .putShort((short) port)
            .putShort((short) 5432)
            .put(tlvs);
    return v2(0x21, four ? 0x11 : 0x21, body.array());
  }

  /** Of a connection that a load balancer opens for itself. */
  public static byte[] local() {
    return v2(0x20, 0, new byte[0]);
  }

  /** Somebody's connection, but not said whose. */
  public static byte[] unspecified() {
    return v2(0x21, 0, new byte[0]);
  }

  /** Version 2, whatever it says. */
  public static byte[] v2(int command, int family, byte[] body) {
    return ByteBuffer.allocate(16 + body.length)
        .put(SIGNATURE)
        .put((byte) command)
        .put((byte) family)
        .putShort((short) body.length)
        .put(body)
        .array();
  }
}
