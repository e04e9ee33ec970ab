package org.pgdeeplake.proxy.postgres;

import io.netty.buffer.ByteBuf;

/** What a server's answer to a health check's StartupMessage says about it. */
public sealed interface CheckReply {
  record NeedMore() implements CheckReply {}

  /** It asks for authentication, so it takes sessions. */
  record Healthy() implements CheckReply {}

  /** An ErrorResponse. */
  record Refused(String sqlState, String message) implements CheckReply {}

  /** Not PostgreSQL, or an authentication request that PostgreSQL does not have. */
  record Unknown() implements CheckReply {}

  /** AuthenticationOk and the requests that HAProxy's pgsql-check takes for good, by code. */
  private static boolean knownAuthentication(int code) {
    return code == 0 || (code >= 2 && code <= 7) || code == 9 || code == 10;
  }

  /** Never moves the reader index. */
  static CheckReply decode(ByteBuf in) {
    int at = in.readerIndex();
    int readable = in.readableBytes();
    if (readable < 1 + Integer.BYTES) {
      return new NeedMore();
    }
    int length = in.getInt(at + 1);
    return switch (in.getByte(at)) {
      case 'R' -> {
        if (readable < 1 + 2 * Integer.BYTES) {
          yield new NeedMore();
        }
        yield knownAuthentication(in.getInt(at + 5)) ? new Healthy() : new Unknown();
      }
      case ErrorResponse.TYPE -> {
        if (length < Integer.BYTES || length > StartupReply.MAX_BYTES) {
          yield new Unknown();
        }
        yield readable < 1 + length ? new NeedMore() : error(in, at);
      }
      default -> new Unknown();
    };
  }

  private static CheckReply error(ByteBuf in, int start) {
    String sqlState = ErrorResponse.field(in, start, 'C');
    String message = ErrorResponse.field(in, start, 'M');
    return new Refused(sqlState == null ? "" : sqlState, message == null ? "" : message);
  }
}
