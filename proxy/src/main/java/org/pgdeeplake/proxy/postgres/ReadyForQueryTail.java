package org.pgdeeplake.proxy.postgres;

import io.netty.buffer.ByteBuf;

/**
 * Tells from the last six bytes of what a server has sent whether it has finished its turn: {@code
 * Z 00 00 00 05} and the transaction status. One for each session, on its event loop.
 */
public final class ReadyForQueryTail {
  private static final long MASK = 0xffff_ffff_ffffL;
  private static final long READY = ((long) 'Z' << 40) | (5L << 8);
  private static final int BYTES = 6;

  private long tail;

  /** What the server said at the end of a chunk. */
  public enum Status {
    /** Not at the end of a turn. */
    NOT_READY,
    IDLE,
    /** In a transaction block, failed or not. */
    IN_TRANSACTION
  }

  /** Takes note of the next chunk; {@code chunk} is not consumed. */
  public Status next(ByteBuf chunk) {
    int end = chunk.writerIndex();
    if (end - chunk.readerIndex() >= BYTES) {
      tail = ((long) chunk.getUnsignedShort(end - 6) << 32) | chunk.getUnsignedInt(end - 4);
    } else {
      for (int at = chunk.readerIndex(); at < end; at++) {
        tail = (tail << 8 | chunk.getUnsignedByte(at)) & MASK;
      }
    }
    if ((tail & ~0xffL) != READY) {
      return Status.NOT_READY;
    }
    return switch ((int) (tail & 0xff)) {
      case 'I' -> Status.IDLE;
      case 'T', 'E' -> Status.IN_TRANSACTION;
      default -> Status.NOT_READY;
    };
  }
}
