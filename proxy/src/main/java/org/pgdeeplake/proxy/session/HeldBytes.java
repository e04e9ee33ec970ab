package org.pgdeeplake.proxy.session;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Arrays;

/**
 * Bytes kept until it is known where they go. On the heap, so that nobody has to release them.
 * Confined to its session's event loop.
 */
final class HeldBytes {
  private static final byte[] NONE = new byte[0];

  private byte[] bytes = NONE;
  private int size;

  /** Copies what is readable in {@code chunk} and releases it. */
  void append(ByteBuf chunk) {
    int length = chunk.readableBytes();
    if (bytes.length < size + length) {
      bytes = Arrays.copyOf(bytes, Math.max(size + length, 2 * bytes.length));
    }
    chunk.readBytes(bytes, size, length);
    size += length;
    chunk.release();
  }

  int size() {
    return size;
  }

  /** Bytes of the heap. */
  int capacity() {
    return bytes.length;
  }

  boolean isEmpty() {
    return size == 0;
  }

  /** Shares the bytes; good until the next change. */
  ByteBuf view() {
    return Unpooled.wrappedBuffer(bytes, 0, size);
  }

  byte[] copy() {
    return Arrays.copyOf(bytes, size);
  }

  /** Removes and returns the first {@code length} bytes. */
  byte[] take(int length) {
    byte[] taken = Arrays.copyOf(bytes, length);
    System.arraycopy(bytes, length, bytes, 0, size - length);
    size -= length;
    if (size == 0) {
      clear();
    }
    return taken;
  }

  void clear() {
    bytes = NONE;
    size = 0;
  }
}
