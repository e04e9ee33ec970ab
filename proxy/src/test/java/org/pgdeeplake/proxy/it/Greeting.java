package org.pgdeeplake.proxy.it;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;

/** What those who look for open ports say first. */
enum Greeting {
  NOTHING(""),
  HTTP("GET / HTTP/1.1\r\nHost: scanned\r\nUser-Agent: zgrab/0.x\r\n\r\n"),
  HTTP_PROXY("CONNECT example.com:443 HTTP/1.0\r\n\r\n"),
  HTTP_WITH_NO_END("GET / HTTP/1.1\r\nHost: scanned\r\nX-a: "),
  /** With SETTINGS. */
  HTTP2("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0"),
  SSH("SSH-2.0-OpenSSH_9.6\r\n"),
  SMTP("EHLO scanned\r\n"),
  REDIS("*1\r\n$4\r\nPING\r\n"),
  MEMCACHED("stats\r\n"),
  RTSP("OPTIONS / RTSP/1.0\r\n\r\n"),
  /** A ClientHello of TLS 1.2 without ALPN and SNI. */
  TLS(hex("160301002f0100002b0303" + "5a".repeat(32) + "00" + "0004c02fc030" + "0100")),
  /** Its beginning. */
  TLS_CUT_SHORT(hex("16030100c8010000c40303")),
  /** A connection request with the cookie of mstsc. */
  RDP(hex("0300002b26e00000000000") + "Cookie: mstshash=hello\r\n" + hex("0100080003000000")),
  SMB(hex("00000045ff534d4272000000001801280000000000000000000000000000" + "00".repeat(43))),
  /** OP_QUERY of isMaster. */
  MONGODB(
      hex("3a0000000100000000000000d407000000000000")
          + "admin.$cmd\0"
          + hex("00000000ffffffff130000001069736d61737465720001000000" + "00")),
  /** What a client of MySQL answers, though no server has greeted it. */
  MYSQL(hex("2000000185a60f0000000001210000000000000000000000000000000000000000000000")),
  SOCKS4(hex("04010050c0000201") + "me\0"),
  SOCKS5(hex("050100")),
  DNS(hex("001e0006010000010000000000000776657273696f6e0462696e640000100003")),
  /** Of 1996. */
  POSTGRESQL_1_0(hex("0000000800010000")),
  POSTGRESQL_2_0(hex("00000128" + "00020000" + "00".repeat(288))),
  POSTGRESQL_OF_TOMORROW(hex("0000001300040000") + "user\0scan\0\0"),
  PROXY_PROTOCOL_CUT_SHORT("PROXY TCP4 192.0.2.1"),
  PROXY_PROTOCOL_2_CUT_SHORT(hex("0d0a0d0a000d0a515549540a21110fff")),
  NULS("\0".repeat(64)),
  ONES("\u00ff".repeat(64)),
  /** Longer than anything that is waited for. */
  MUCH("A".repeat(200_000));

  private final String bytes;

  Greeting(String bytes) {
    this.bytes = bytes;
  }

  byte[] bytes() {
    return bytes.getBytes(StandardCharsets.ISO_8859_1);
  }

  private static String hex(String digits) {
    return new String(HexFormat.of().parseHex(digits), StandardCharsets.ISO_8859_1);
  }

  /** An address of this machine of its own: each scanner is another client. */
  String from() {
    return "127.0.1." + (1 + Arrays.asList(values()).indexOf(this));
  }
}
