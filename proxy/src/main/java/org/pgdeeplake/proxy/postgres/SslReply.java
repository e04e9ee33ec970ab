package org.pgdeeplake.proxy.postgres;

import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.util.regex.Pattern;

/** A server's answer to an SSLRequest (PostgreSQL manual, 54.2.11). */
public sealed interface SslReply {
  record NeedMore() implements SslReply {}

  /** {@code S}: the TLS handshake may begin. */
  record Willing() implements SslReply {}

  /** {@code N}: plain text or nothing. */
  record Unwilling() implements SslReply {}

  /**
   * An ErrorResponse. Nobody has proved who says so: nothing of its text may be shown as the
   * server's words (CVE-2024-10977).
   *
   * @param sqlState empty where it has none
   */
  record Refused(String sqlState) implements SslReply {}

  /**
   * More than the one byte: somebody in between could have put it there, to be taken for what comes
   * encrypted (CVE-2021-23222).
   */
  record Stuffed() implements SslReply {}

  /** Not PostgreSQL. */
  record Unknown() implements SslReply {}

  int REQUEST_CODE = 80_877_103;

  Pattern SQL_STATE = Pattern.compile("[0-9A-Z]{5}");

  /** The request itself. */
  static byte[] request() {
    int length = 2 * Integer.BYTES;
    return ByteBuffer.allocate(length).putInt(length).putInt(REQUEST_CODE).array();
  }

  /** Never moves the reader index. */
  static SslReply decode(ByteBuf in) {
    if (!in.isReadable()) {
      return new NeedMore();
    }
    boolean alone = in.readableBytes() == 1;
    return switch (in.getByte(in.readerIndex())) {
      case 'S' -> alone ? new Willing() : new Stuffed();
      case 'N' -> alone ? new Unwilling() : new Stuffed();
      case ErrorResponse.TYPE -> error(in);
      default -> new Unknown();
    };
  }

  private static SslReply error(ByteBuf in) {
    int start = in.readerIndex();
    if (in.readableBytes() < 1 + Integer.BYTES) {
      return new NeedMore();
    }
    int length = in.getInt(start + 1);
    if (length < Integer.BYTES || length > StartupReply.MAX_BYTES) {
      // A postmaster that cannot fork says so in the words of protocol 2, which have no length.
      return new Refused("");
    }
    if (in.readableBytes() < 1 + length) {
      return new NeedMore();
    }
    String sqlState = ErrorResponse.field(in, start, 'C');
    return new Refused(sqlState != null && SQL_STATE.matcher(sqlState).matches() ? sqlState : "");
  }
}
