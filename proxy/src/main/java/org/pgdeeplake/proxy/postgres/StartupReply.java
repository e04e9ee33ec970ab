package org.pgdeeplake.proxy.postgres;

import io.netty.buffer.ByteBuf;
import java.util.Set;

/** What a server first says to a StartupMessage: whether it takes the session. */
public sealed interface StartupReply {

  record NeedMore() implements StartupReply {}

  /** It talks to the client: authentication, or an error that is the client's own. */
  record Accepted() implements StartupReply {}

  /** It cannot take any session now. */
  record Refused(String sqlState, String message) implements StartupReply {}

  /**
   * What says something about the server, not about the client; 57P01 and 57P02 before any word.
   */
  Set<String> SERVERS_OWN =
      Set.of(
          ErrorResponse.ADMIN_SHUTDOWN,
          ErrorResponse.CRASH_SHUTDOWN,
          ErrorResponse.CANNOT_CONNECT_NOW,
          ErrorResponse.TOO_MANY_CONNECTIONS);

  /** Longest message that is waited for; PostgreSQL's own are far shorter. */
  int MAX_BYTES = 30_000;

  /** Of all requests for authentication (PostgreSQL manual, 54.7). */
  byte AUTHENTICATION = 'R';

  /**
   * Reads past NegotiateProtocolVersion to the first message that decides, which must be whole: a
   * server that ends in the middle of it has not taken the session. Never moves the reader index.
   */
  static StartupReply decode(ByteBuf in) {
    int at = in.readerIndex();
    int end = in.writerIndex();
    while (at < end) {
      byte type = in.getByte(at);
      if (type != 'v' && type != ErrorResponse.TYPE && type != AUTHENTICATION) {
        return new Accepted();
      }
      if (end - at < 1 + Integer.BYTES) {
        return new NeedMore();
      }
      int length = in.getInt(at + 1);
      if (length < Integer.BYTES || length > MAX_BYTES) {
        return new Accepted();
      }
      if (end - at < 1 + length) {
        return new NeedMore();
      }
      if (type != 'v') {
        return type == AUTHENTICATION ? new Accepted() : error(in, at);
      }
      at += 1 + length;
    }
    return new NeedMore();
  }

  private static StartupReply error(ByteBuf in, int start) {
    String sqlState = ErrorResponse.field(in, start, 'C');
    if (sqlState == null || !SERVERS_OWN.contains(sqlState)) {
      return new Accepted();
    }
    String message = ErrorResponse.field(in, start, 'M');
    return new Refused(sqlState, message == null ? "" : message);
  }
}
