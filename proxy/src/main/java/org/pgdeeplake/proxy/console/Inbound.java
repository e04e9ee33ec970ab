package org.pgdeeplake.proxy.console;

import io.netty.buffer.ByteBuf;
import org.pgdeeplake.proxy.postgres.ErrorResponse;
import org.pgdeeplake.proxy.postgres.StartupPacket;

/** What a client has sent, whole. Bytes are on the heap: nobody has to release them. */
sealed interface Inbound {

  /**
   * @param bytes the packet with its length
   */
  record Startup(StartupPacket packet, ByteBuf bytes) implements Inbound {}

  /**
   * @param body without type and length
   */
  record Message(char type, ByteBuf body) implements Inbound {
    /** What it costs to keep it. */
    int bytes() {
      return body.readableBytes() + 1 + Integer.BYTES;
    }
  }

  /** Nothing that can be read; nothing follows. */
  record Garbage(ErrorResponse answer) implements Inbound {}
}
