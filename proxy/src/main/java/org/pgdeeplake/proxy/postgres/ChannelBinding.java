package org.pgdeeplake.proxy.postgres;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a TLS server's offer of channel binding from a client in plain text: libpq gives up on
 * {@code SCRAM-SHA-256-PLUS} where it has no TLS (fe-auth.c, pg_SASL_init). Without the offer it
 * says that it has no channel binding, and the server, which believes that of a client without TLS,
 * goes on with plain SCRAM.
 */
public final class ChannelBinding {
  private static final int AUTHENTICATION_SASL = 10;
  private static final String PLUS = "SCRAM-SHA-256-PLUS";
  private static final String NUL = "\0";

  private ChannelBinding() {}

  /**
   * @param in all that a server has said since the StartupMessage; the reader index is not moved
   * @return the same without the offer; null where more must be read to know
   */
  public static byte @Nullable [] withhold(ByteBuf in) {
    int at = in.readerIndex();
    int end = in.writerIndex();
    while (at < end) {
      byte type = in.getByte(at);
      boolean precedes = type == 'v' || type == 'N';
      if (type != 'R' && !precedes) {
        return ByteBufUtil.getBytes(in);
      }
      if (end - at < 1 + Integer.BYTES) {
        return null;
      }
      int length = in.getInt(at + 1);
      if (length < Integer.BYTES || length > StartupReply.MAX_BYTES) {
        return ByteBufUtil.getBytes(in);
      }
      if (end - at < 1 + length) {
        return null;
      }
      if (!precedes) {
        return without(in, at, length);
      }
      at += 1 + length;
    }
    return null;
  }

  /**
   * @param start of a complete authentication request in {@code in}
   */
  private static byte[] without(ByteBuf in, int start, int length) {
    int list = start + 1 + 2 * Integer.BYTES;
    int end = start + 1 + length;
    if (list > end || in.getInt(start + 1 + Integer.BYTES) != AUTHENTICATION_SASL) {
      return ByteBufUtil.getBytes(in);
    }
    // Names, each with a zero behind it, and one more zero.
    String offered = NUL + in.toString(list, end - list, StandardCharsets.ISO_8859_1);
    String left = offered;
    // Two in a row share the zero between them: replaced once, the second would stay.
    while (left.contains(NUL + PLUS + NUL)) {
      left = left.replace(NUL + PLUS + NUL, NUL);
    }
    if (left.equals(offered) || left.equals(NUL + NUL)) {
      return ByteBufUtil.getBytes(in);
    }
    byte[] names = left.substring(1).getBytes(StandardCharsets.ISO_8859_1);
    return ByteBuffer.allocate(in.readableBytes() - (end - list) + names.length)
        .put(ByteBufUtil.getBytes(in, in.readerIndex(), start + 1 - in.readerIndex()))
        .putInt(2 * Integer.BYTES + names.length)
        .putInt(AUTHENTICATION_SASL)
        .put(names)
        .put(ByteBufUtil.getBytes(in, end, in.writerIndex() - end))
        .array();
  }
}
