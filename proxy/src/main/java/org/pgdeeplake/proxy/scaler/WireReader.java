package org.pgdeeplake.proxy.scaler;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;

/**
 * The fields of one protobuf message, one after the other.
 *
 * @see <a href="https://protobuf.dev/programming-guides/encoding/">encoding</a>
 */
final class WireReader {
  private static final int VARINT = 0;
  private static final int FIXED64 = 1;
  private static final int LENGTH = 2;
  private static final int FIXED32 = 5;
  private static final int MOST_VARINT_BITS = 64;

  private final ByteBuffer in;
  private int type;

  WireReader(ByteBuffer in) {
    this.in = in;
  }

  /**
   * The number of the next field, whose value is to be read or skipped; 0: there is none.
   *
   * @throws IllegalArgumentException as all methods, where this is no such message
   */
  int next() {
    if (!in.hasRemaining()) {
      return 0;
    }
    long tag = varint();
    type = (int) (tag & 7);
    long field = tag >>> 3;
    if (field < 1 || field > Integer.MAX_VALUE >>> 2) {
      throw new IllegalArgumentException("not a field");
    }
    return (int) field;
  }

  String text() {
    return UTF_8.decode(bytes()).toString();
  }

  WireReader message() {
    return new WireReader(bytes());
  }

  void skip() {
    switch (type) {
      case VARINT -> varint();
      case FIXED64 -> take(Long.BYTES);
      case LENGTH -> bytes();
      case FIXED32 -> take(Integer.BYTES);
      default -> throw new IllegalArgumentException("a type that proto3 does not have");
    }
  }

  private ByteBuffer bytes() {
    if (type != LENGTH) {
      throw new IllegalArgumentException("a field is of another type");
    }
    return take(varint());
  }

  private ByteBuffer take(long length) {
    if (length < 0 || length > in.remaining()) {
      throw new IllegalArgumentException("a field is cut off");
    }
    ByteBuffer taken = in.slice(in.position(), (int) length);
    in.position(in.position() + (int) length);
    return taken;
  }

  private long varint() {
    try {
      long value = 0;
      for (int shift = 0; shift < MOST_VARINT_BITS; shift += 7) {
        byte b = in.get();
        value |= (long) (b & 0x7f) << shift;
        if (b >= 0) {
          return value;
        }
      }
    } catch (BufferUnderflowException _) {
      throw new IllegalArgumentException("a number is cut off");
    }
    throw new IllegalArgumentException("a number is too long");
  }
}
