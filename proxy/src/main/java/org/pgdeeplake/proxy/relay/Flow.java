package org.pgdeeplake.proxy.relay;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOutboundBuffer;
import java.util.concurrent.atomic.LongAdder;
import org.pgdeeplake.proxy.net.BufferMemory;
import org.pgdeeplake.proxy.net.HangUp;

/**
 * One way of a relay: what the source gives goes to the sink. A sink that takes less makes the
 * source wait: at the sink's watermark, and before it where memory is scarce.
 */
final class Flow {
  private final Channel source;
  private final Channel sink;
  private final BufferMemory memory;
  private final LongAdder pauses;
  private boolean paused;
  private boolean hungUp;
  private boolean ended;

  /**
   * @param pauses sources that wait, of all flows of this kind
   */
  Flow(Channel source, Channel sink, BufferMemory memory, LongAdder pauses) {
    this.source = source;
    this.sink = sink;
    this.memory = memory;
    this.pauses = pauses;
  }

  /** Takes the chunk over. */
  void pass(ByteBuf chunk) {
    if (paused && HangUp.explainsRead(source)) {
      // What is left is no more than a socket's buffer, and frees a slot once it is read.
      hungUp = true;
      if (plenty()) {
        goOn();
      }
    }
    var _ = sink.write(chunk, sink.voidPromise());
  }

  /** The source has nothing more for now. */
  void readComplete() {
    sink.flush();
    if (!paused && !ended && sinkHasEnough()) {
      paused = true;
      pauses.increment();
      source.config().setAutoRead(false);
      // Not before: a flush that had only used up its turn goes on here, and may send all at once.
      if (sink.isWritable()) {
        // For its own watermark: nothing else would tell when it has sent all this.
        var _ = sink.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(sent -> resume());
      }
    }
  }

  /** Whether so much waits to be sent there that no more is to be read for it before some is. */
  private boolean sinkHasEnough() {
    if (hungUp && plenty()) {
      return false;
    }
    if (!sink.isWritable()) {
      return true;
    }
    long bytes = unsent();
    return bytes > BufferMemory.FLOOR_BYTES && bytes > memory.share();
  }

  /** Whether memory is no reason to hold less than the watermark allows. */
  private boolean plenty() {
    return memory.share() >= sink.config().getWriteBufferHighWaterMark();
  }

  private long unsent() {
    ChannelOutboundBuffer unsent = sink.unsafe().outboundBuffer();
    return unsent == null ? 0 : unsent.totalPendingWriteBytes();
  }

  /** The sink may have become able to take more. */
  void resume() {
    if (paused && !ended && sink.isWritable()) {
      goOn();
    }
  }

  private void goOn() {
    paused = false;
    pauses.decrement();
    source.config().setAutoRead(true);
  }

  /** Whether the sink's kernel has everything that the source has given. */
  boolean drained() {
    return !paused && unsent() == 0;
  }

  /** The source gives nothing more. */
  void end() {
    ended = true;
    if (paused) {
      paused = false;
      pauses.decrement();
    }
  }
}
