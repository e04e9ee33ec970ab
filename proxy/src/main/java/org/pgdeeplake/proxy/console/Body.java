package org.pgdeeplake.proxy.console;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.proxy.postgres.ErrorResponse;

/** Reads the fields of one message, in their order. */
final class Body {
  private final ByteBuf in;

  Body(ByteBuf in) {
    this.in = in;
  }

  String string() throws ConsoleException {
    int length = in.bytesBefore((byte) 0);
    if (length < 0) {
      throw invalid();
    }
    String text = in.toString(in.readerIndex(), length, StandardCharsets.UTF_8);
    in.skipBytes(length + 1);
    return text;
  }

  char character() throws ConsoleException {
    need(1);
    return (char) in.readUnsignedByte();
  }

  int int32() throws ConsoleException {
    need(Integer.BYTES);
    return in.readInt();
  }

  int int16() throws ConsoleException {
    need(Short.BYTES);
    return in.readUnsignedShort();
  }

  /** A count and so many of 16 bits. */
  List<Integer> shorts() throws ConsoleException {
    int count = int16();
    need(count * Short.BYTES);
    List<Integer> values = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      values.add(int16());
    }
    return values;
  }

  /** A length and so many bytes; null where the length is -1. */
  @Nullable ByteBuf bytes() throws ConsoleException {
    int length = int32();
    if (length == -1) {
      return null;
    }
    if (length < 0) {
      throw invalid();
    }
    need(length);
    return in.readSlice(length);
  }

  String rest() {
    return in.readCharSequence(in.readableBytes(), StandardCharsets.UTF_8).toString();
  }

  void end() throws ConsoleException {
    if (in.isReadable()) {
      throw invalid();
    }
  }

  private void need(int bytes) throws ConsoleException {
    if (in.readableBytes() < bytes) {
      throw invalid();
    }
  }

  private static ConsoleException invalid() {
    return ConsoleException.of(ErrorResponse.PROTOCOL_VIOLATION, "invalid message format", "");
  }
}
