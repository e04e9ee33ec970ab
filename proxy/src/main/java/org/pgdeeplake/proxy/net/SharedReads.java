package org.pgdeeplake.proxy.net;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.util.UncheckedBooleanSupplier;

/**
 * Reads as large as another one thinks, but none larger than what a session may hold: where memory
 * is scarce many read a little each. Any thread.
 */
final class SharedReads implements RecvByteBufAllocator {
  private final RecvByteBufAllocator sizes;
  private final BufferMemory memory;

  SharedReads(RecvByteBufAllocator sizes, BufferMemory memory) {
    this.sizes = sizes;
    this.memory = memory;
  }

  @Override
  public ExtendedHandle newHandle() {
    return new Shared((ExtendedHandle) sizes.newHandle(), memory);
  }

  private static final class Shared extends DelegatingHandle implements ExtendedHandle {
    private final ExtendedHandle sizes;
    private final BufferMemory memory;

    Shared(ExtendedHandle sizes, BufferMemory memory) {
      super(sizes);
      this.sizes = sizes;
      this.memory = memory;
    }

    @Override
    public int guess() {
      return Math.min(sizes.guess(), memory.share());
    }

    @Override
    public ByteBuf allocate(ByteBufAllocator allocator) {
      return allocator.ioBuffer(guess());
    }

    @Override
    public boolean continueReading(UncheckedBooleanSupplier maybeMore) {
      return sizes.continueReading(maybeMore);
    }
  }
}
