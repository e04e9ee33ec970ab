package org.pgdeeplake.benchmarks.load;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;

/** Sends one long CopyData message, as fast as the channel takes it; on the channel's loop. */
final class BulkSender {
  private long left;
  private ByteBuf after = Unpooled.EMPTY_BUFFER;

  /**
   * @param after sent when the last byte is out
   */
  void begin(Channel channel, int bytes, ByteBuf after) {
    this.left = bytes;
    this.after = after;
    var _ = channel.write(Wire.copyData(bytes));
    proceed(channel);
  }

  /** To be called whenever the channel has become writable. */
  void proceed(Channel channel) {
    while (left > 0 && channel.isWritable()) {
      ByteBuf part = Wire.zeros(left);
      left -= part.readableBytes();
      var _ = channel.write(part);
      if (left == 0) {
        var _ = channel.write(after);
      }
    }
    channel.flush();
  }
}
