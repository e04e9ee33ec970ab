package org.pgdeeplake.proxy.postgres;

import io.netty.buffer.ByteBuf;

/**
 * Follows what a server sends to a client whose turn it is: NotificationResponse, ParameterStatus
 * and NoticeResponse may come at any time (PostgreSQL manual, 54.2.7), in any pieces; anything else
 * means that the server is at work. Looks, never consumes. One for each session, on its event loop.
 */
public final class AsynchronousMessages {
  private static final int LENGTH_BYTES = 4;

  private int headerBytes;
  private int length;
  private int bodyBytesLeft;

  /** Begins between two messages, as behind a ReadyForQuery. */
  public void reset() {
    headerBytes = 0;
    bodyBytesLeft = 0;
  }

  /** Whether what was seen so far ends with a whole message. */
  public boolean atBoundary() {
    return headerBytes == 0 && bodyBytesLeft == 0;
  }

  /** Returns false where the chunk holds anything but asynchronous messages and parts of them. */
  public boolean next(ByteBuf chunk) {
    int at = chunk.readerIndex();
    int end = chunk.writerIndex();
    while (at < end) {
      if (bodyBytesLeft > 0) {
        int skipped = Math.min(bodyBytesLeft, end - at);
        at += skipped;
        bodyBytesLeft -= skipped;
      } else if (!header(chunk.getByte(at++))) {
        return false;
      }
    }
    return true;
  }

  private boolean header(byte next) {
    if (headerBytes == 0) {
      headerBytes = 1;
      length = 0;
      return next == 'A' || next == 'S' || next == 'N';
    }
    length = length << 8 | (next & 0xff);
    if (headerBytes++ == LENGTH_BYTES) {
      headerBytes = 0;
      bodyBytesLeft = length - LENGTH_BYTES;
      // Less four, the most negative ones would be positive.
      return length >= LENGTH_BYTES;
    }
    return true;
  }
}
