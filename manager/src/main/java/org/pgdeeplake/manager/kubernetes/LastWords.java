package org.pgdeeplake.manager.kubernetes;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Tells a client in its own protocol why its connection ends, where it would only see the end of
 * the stream. One per connection; not for several threads.
 */
interface LastWords {
  /** The server's bytes that the client has got. */
  void passed(ByteBuffer bytes);

  /** Empty where the client would take them for something else. */
  byte[] of(String reason);

  /** For HTTP: an answer of a gateway, if the server's own has not begun. */
  static LastWords http() {
    return new BeforeTheFirstByte() {
      @Override
      String text(String reason) {
        return "HTTP/1.1 502 Bad Gateway\r\nContent-Type: text/plain; charset=utf-8\r\n"
            + "Content-Length: %d\r\nConnection: close\r\n\r\n%s"
                .formatted(reason.getBytes(StandardCharsets.UTF_8).length, reason);
      }
    };
  }

  /** For Redis: the error that answers the first command. */
  static LastWords redis() {
    return new BeforeTheFirstByte() {
      @Override
      String text(String reason) {
        return "-ERR " + reason.replaceAll("\\R", " ") + "\r\n";
      }
    };
  }

  /** Later nobody but a reader of the protocol could say whether a message is under way. */
  abstract class BeforeTheFirstByte implements LastWords {
    private boolean begun;

    abstract String text(String reason);

    @Override
    public void passed(ByteBuffer bytes) {
      begun |= bytes.hasRemaining();
    }

    @Override
    public byte[] of(String reason) {
      return begun ? new byte[0] : text(reason).getBytes(StandardCharsets.UTF_8);
    }
  }
}
