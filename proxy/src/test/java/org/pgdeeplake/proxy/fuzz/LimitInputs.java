package org.pgdeeplake.proxy.fuzz;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.pgdeeplake.proxy.postgres.StartupBytes;
import org.pgdeeplake.proxy.postgres.StartupDecoder;
import org.pgdeeplake.proxy.support.ProxyHeaders;

/**
 * Inputs as long as is allowed, and those that are longer by one byte. As files they would be
 * large, and nearly all of each would be filling.
 */
final class LimitInputs {
  /** As of {@link Pieces}: in one piece, and cut. */
  private static final Map<String, Integer> FORMS = Map.of("whole", 0, "cut", 9);

  private static final int TLS_RECORD_BYTES = 1 << 14;
  private static final int SASL_BYTES = 1024;
  private static final int MESSAGE_BYTES = 64 * 1024;
  private static final int BODY_BYTES = 64 * 1024;
  private static final int HEADER_BYTES = 8192;
  private static final int REQUEST_LINE_BYTES = 4096;
  private static final String LIVE = "GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n";

  private final Map<String, byte[]> inputs = new LinkedHashMap<>();

  private LimitInputs() {}

  /** By names that tell what they are. */
  static Map<String, byte[]> of(Target target) {
    LimitInputs made = new LimitInputs();
    switch (target.word()) {
      case "startup", "session", "tls-session" -> made.startups(new byte[0]);
      case "proxy-header" -> made.proxyHeaders();
      case "console-login" -> made.logins();
      case "console" -> made.messages();
      case "admin" -> made.requests();
      case "query" -> made.inputs.put("nested", "sum(".repeat(BODY_BYTES / 4).getBytes(US_ASCII));
      default -> {}
    }
    return made.inputs;
  }

  /** As files, for the fuzzer. */
  static Path write(Target target, Path directory) throws IOException {
    Files.createDirectories(directory);
    for (var input : of(target).entrySet()) {
      Files.write(directory.resolve(input.getKey()), input.getValue());
    }
    return directory;
  }

  private void add(String name, byte[]... parts) {
    FORMS.forEach((form, first) -> {
      ByteArrayOutputStream all = new ByteArrayOutputStream();
      all.write(first);
      for (byte[] part : parts) {
        all.writeBytes(part);
      }
      inputs.put(name + "-" + form, all.toByteArray());
    });
  }

  private void add(String name, String text) {
    add(name, text.getBytes(US_ASCII));
  }

  private void startups(byte[] before) {
    for (int more = 0; more <= 1; more++) {
      add("startup-" + more, before, startup(StartupDecoder.MAX_PACKET_BYTES + more));
      add("tls-" + more, before, tlsRecord(TLS_RECORD_BYTES + more));
    }
  }

  /**
   * @param bytes without the length's own
   */
  private static byte[] startup(int bytes) {
    int rest = StartupBytes.startupMessage(0, "user", "u", "options", "").length - Integer.BYTES;
    return StartupBytes.startupMessage(0, "user", "u", "options", "x".repeat(bytes - rest));
  }

  /** Of a handshake, its first message a ClientHello. */
  private static byte[] tlsRecord(int bytes) {
    return ByteBuffer.allocate(5 + bytes)
        .put(new byte[] {0x16, 3, 1})
        .putShort((short) bytes)
        .put((byte) 1)
        .array();
  }

  private void proxyHeaders() {
    startups(ProxyHeaders.v1("PROXY TCP4 10.1.2.3 10.1.2.4 50000 5432"));
    String line = "PROXY UNKNOWN ";
    int longest = 107 - "\r\n".length(); // the protocol's own limit
    for (int more = 0; more <= 1; more++) {
      add(
          "line-" + more,
          ProxyHeaders.v1(line + "x".repeat(longest - line.length() + more)),
          startup(100));
    }
    byte[] tlvs = ByteBuffer.allocate(10_000).put((byte) 0xea).putShort((short) 9_997).array();
    add("tlvs", ProxyHeaders.v2("10.1.2.3", 50_000, tlvs), startup(100));
  }

  private void logins() {
    startups(new byte[0]);
    for (int more = 0; more <= 1; more++) {
      add("sasl-" + more, startup(100), message('p', SASL_BYTES + more));
    }
  }

  private void messages() {
    for (int more = 0; more <= 1; more++) {
      add("message-" + more, message('Q', MESSAGE_BYTES - Integer.BYTES + more));
    }
    byte[] large = message('Q', MESSAGE_BYTES / 2);
    add("two", large, large);
    // Each is answered, and not even one Sync asks for the answers.
    byte[] close = ByteBuffer.allocate(7).put((byte) 'C').putInt(6).put((byte) 'P').array();
    ByteBuffer closes = ByteBuffer.allocate(10_000 * close.length);
    while (closes.hasRemaining()) {
      closes.put(close);
    }
    add("unflushed", closes.array());
  }

  private static byte[] message(char type, int bytes) {
    return ByteBuffer.allocate(1 + Integer.BYTES + bytes)
        .put((byte) type)
        .putInt(Integer.BYTES + bytes)
        .put(" ".repeat(bytes - 1).getBytes(US_ASCII))
        .array();
  }

  private void requests() {
    for (int more = 0; more <= 1; more++) {
      int bytes = BODY_BYTES + more;
      String body = "x".repeat(bytes);
      String post = "POST /api/v1/query HTTP/1.1\r\nHost: x\r\n";
      add("body-" + more, post + "Content-Length: " + bytes + "\r\n\r\n" + body + LIVE);
      String chunk = Integer.toHexString(bytes) + "\r\n" + body + "\r\n0\r\n\r\n";
      add("chunk-" + more, post + "Transfer-Encoding: chunked\r\n\r\n" + chunk + LIVE);
      String header = "X: " + "x".repeat(HEADER_BYTES + more - "Host: xX: ".length());
      add("header-" + more, "GET / HTTP/1.1\r\nHost: x\r\n" + header + "\r\n\r\n" + LIVE);
      String path = "x".repeat(REQUEST_LINE_BYTES + more - "GET / HTTP/1.1".length());
      add("line-" + more, "GET /" + path + " HTTP/1.1\r\nHost: x\r\n\r\n" + LIVE);
    }
    add("ahead", LIVE.repeat(2000));
  }
}
