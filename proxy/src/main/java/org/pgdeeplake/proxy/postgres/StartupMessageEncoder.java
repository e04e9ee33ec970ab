package org.pgdeeplake.proxy.postgres;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** The StartupMessage of a health check: protocol 3.0 and a user, nothing else. */
public final class StartupMessageEncoder {
  private static final int PROTOCOL_3_0 = 3 << 16;
  private static final byte[] USER = {'u', 's', 'e', 'r', 0};

  private StartupMessageEncoder() {}

  /** The same bytes as HAProxy's {@code option pgsql-check user NAME}. */
  public static byte[] encode(String user) {
    byte[] name = user.getBytes(StandardCharsets.UTF_8);
    int length = 2 * Integer.BYTES + USER.length + name.length + 2;
    return ByteBuffer.allocate(length)
        .putInt(length)
        .putInt(PROTOCOL_3_0)
        .put(USER)
        .put(name)
        .put((byte) 0)
        .put((byte) 0)
        .array();
  }
}
