package org.pgdeeplake.proxy.net;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;

/**
 * Bytes of ours outside the heap, as sockets take them. Netty would copy them as it writes, and
 * where there is no memory for that, a write with a void promise would lose them without a word;
 * here that is thrown.
 */
public final class DirectCopy {
  private DirectCopy() {}

  /** To be written to {@code channel}, or released. */
  public static ByteBuf of(Channel channel, byte[] bytes) {
    ByteBuf copy = channel.alloc().directBuffer(Math.max(1, bytes.length));
    return copy.writeBytes(bytes);
  }
}
