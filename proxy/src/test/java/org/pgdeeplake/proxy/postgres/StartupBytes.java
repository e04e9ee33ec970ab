package org.pgdeeplake.proxy.postgres;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Startup packets as a client writes them. */
public final class StartupBytes {
  private StartupBytes() {}

  public static byte[] sslRequest() {
    return ByteBuffer.allocate(8).putInt(8).putInt(80_877_103).array();
  }

  public static byte[] gssEncRequest() {
    return ByteBuffer.allocate(8).putInt(8).putInt(80_877_104).array();
  }

  public static byte[] cancelRequest(int processId, byte... secret) {
    return ByteBuffer.allocate(12 + secret.length)
        .putInt(12 + secret.length)
        .putInt(80_877_102)
        .putInt(processId)
        .put(secret)
        .array();
  }

  /** Protocol 3.{@code minor}, with name and value in turns. */
  public static byte[] startupMessage(int minor, String... parameters) {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    for (String text : parameters) {
      body.writeBytes(text.getBytes(StandardCharsets.UTF_8));
      body.write(0);
    }
    body.write(0);
    return ByteBuffer.allocate(8 + body.size())
        .putInt(8 + body.size())
        .putInt(3 << 16 | minor)
        .put(body.toByteArray())
        .array();
  }
}
