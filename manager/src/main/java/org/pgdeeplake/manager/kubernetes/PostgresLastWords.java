package org.pgdeeplake.manager.kubernetes;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * A FATAL ErrorResponse, if the server's last message is complete and TLS does not hide where that
 * is. (PostgreSQL manual, "Frontend/Backend Protocol": a type byte, then the length, which counts
 * itself.)
 */
final class PostgresLastWords implements LastWords {
  private static final int HEADER = 5;

  /** connection_failure, PostgreSQL manual, appendix A. */
  private static final String SQLSTATE = "08006";

  private final ByteBuffer header = ByteBuffer.allocate(HEADER);
  private int left;
  private boolean begun;
  private boolean encrypted;

  @Override
  public void passed(ByteBuffer bytes) {
    ByteBuffer data = bytes.duplicate();
    if (!begun && data.remaining() == 1) {
      // The answer to SSLRequest or GSSENCRequest, for which the client waits: yes or no.
      encrypted = data.get() != 'N';
      return;
    }
    begun |= data.hasRemaining();
    while (data.hasRemaining() && !encrypted) {
      if (left > 0) {
        int step = Math.min(left, data.remaining());
        data.position(data.position() + step);
        left -= step;
      } else {
        header.put(data.get());
        if (!header.hasRemaining()) {
          left = Math.max(0, header.getInt(1) - Integer.BYTES);
          header.clear();
        }
      }
    }
  }

  @Override
  public byte[] of(String reason) {
    if (encrypted || left > 0 || header.position() > 0) {
      return new byte[0];
    }
    String fields = "SFATAL\0VFATAL\0C" + SQLSTATE + "\0M" + reason.replace('\0', ' ') + "\0\0";
    byte[] body = fields.getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(HEADER + body.length)
        .put((byte) 'E')
        .putInt(Integer.BYTES + body.length)
        .put(body)
        .array();
  }
}
