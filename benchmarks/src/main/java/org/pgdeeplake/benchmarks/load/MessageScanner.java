package org.pgdeeplake.benchmarks.load;

import io.netty.buffer.ByteBuf;
import java.util.function.BiConsumer;

/**
 * Finds messages in what is read, in whatever pieces; one connection's, on its event loop. Long
 * bodies are skipped, so that bulk costs nothing here.
 */
final class MessageScanner {
  /** Bodies up to this length are kept. */
  private static final int KEPT = 256;

  private final BiConsumer<Byte, byte[]> sink;
  private final byte[] head = new byte[5];
  private int headRead;
  private long bodyLeft;
  private byte[] body = {};
  private boolean inBody;

  /**
   * @param sink gets each complete message: its type and its body, empty if it is long
   */
  MessageScanner(BiConsumer<Byte, byte[]> sink) {
    this.sink = sink;
  }

  /** Reads all of it. */
  void feed(ByteBuf in) {
    while (in.isReadable()) {
      if (!inBody) {
        head[headRead++] = in.readByte();
        if (headRead == head.length) {
          startBody();
        }
      } else {
        int part = (int) Math.min(bodyLeft, in.readableBytes());
        if (body.length > 0) {
          in.readBytes(body, body.length - (int) bodyLeft, part);
        } else {
          in.skipBytes(part);
        }
        bodyLeft -= part;
        finishIfComplete();
      }
    }
  }

  private void startBody() {
    long length =
        (head[1] & 0xffL) << 24 | (head[2] & 0xff) << 16 | (head[3] & 0xff) << 8 | (head[4] & 0xff);
    bodyLeft = length - 4;
    body = bodyLeft <= KEPT ? new byte[(int) bodyLeft] : new byte[0];
    inBody = true;
    finishIfComplete();
  }

  private void finishIfComplete() {
    if (bodyLeft == 0) {
      inBody = false;
      headRead = 0;
      sink.accept(head[0], body);
    }
  }
}
