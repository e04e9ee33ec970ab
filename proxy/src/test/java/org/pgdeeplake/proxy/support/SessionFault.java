package org.pgdeeplake.proxy.support;

import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** What one session meets in place of its server. */
public enum SessionFault {
  /** 57P03 instead of authentication. */
  STARTING_UP,
  /** 53300: all slots taken. */
  FULL,
  /** Closed without a word. */
  CLOSE,
  /** Half an ErrorResponse, then closed. */
  HALF_AN_ANSWER,
  RESET,
  /** Never answered. */
  SILENCE,
  /** Closed where SSLRequest is to be answered. */
  CLOSE_AT_SSL_REQUEST,
  /** Closed when SSLRequest was answered with N. */
  CLOSE_AFTER_NO;

  /** All but the closing of {@code client}. */
  void commit(Socket client) throws IOException {
    OutputStream out = client.getOutputStream();
    switch (this) {
      case STARTING_UP -> out.write(error("57P03", "the database system is starting up"));
      case FULL -> out.write(error("53300", "sorry, too many clients already"));
      case CLOSE, CLOSE_AT_SSL_REQUEST, CLOSE_AFTER_NO -> {}
      case HALF_AN_ANSWER -> out.write(error("57P03", "the database"), 0, 20);
      case RESET -> client.setSoLinger(true, 0);
      case SILENCE -> {
        int _ = client.getInputStream().read();
      }
    }
  }

  private static byte[] error(String sqlState, String message) {
    byte[] fields =
        ("SFATAL\0VFATAL\0C" + sqlState + "\0M" + message + "\0\0")
            .getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(5 + fields.length)
        .put((byte) 'E')
        .putInt(4 + fields.length)
        .put(fields)
        .array();
  }
}
