// Every session may hold the same part of what is free: much while nobody holds anything, the least
// read when all is taken; new ones are kept out only when the reserve is being used up.
package org.pgdeeplake.proxy.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.util.internal.PlatformDependent;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class BufferMemoryTest {
  private static final long MIB = 1 << 20;
  private static final long MOST = 128 * MIB;

  private final AtomicLong used = new AtomicLong();
  private final BufferMemory memory = new BufferMemory(used::get, MOST);

  @Test
  void aQuarterIsNotSharedOut() {
    assertThat(memory.limit()).isEqualTo(96 * MIB);
  }

  @Test
  void theShareIsTheSamePartOfWhatIsFree() {
    assertThat(memory.share()).isEqualTo(96 * MIB / 64);
    used.set(64 * MIB);
    assertThat(memory.share()).isEqualTo(32 * MIB / 64);
    used.set(80 * MIB);
    assertThat(memory.share()).as("an ordinary watermark").isEqualTo(256 * 1024);
  }

  @Test
  void nobodyHasLessThanTheFloor() {
    used.set(96 * MIB - 1);
    assertThat(memory.share()).isEqualTo(BufferMemory.FLOOR_BYTES);
    used.set(MOST);
    assertThat(memory.share()).isEqualTo(BufferMemory.FLOOR_BYTES);
  }

  /** Sessions that fill their shares, one after the other, never fill all. */
  @Test
  void manyWhoTakeTheirSharesLeaveSome() {
    for (int session = 0; session < 5000; session++) {
      used.addAndGet(memory.share());
    }
    assertThat(used).hasValueLessThan(MOST - MOST / 8);
    assertThat(memory.exhausted()).isFalse();
  }

  @Test
  void theLastResort() {
    used.set(112 * MIB);
    assertThat(memory.exhausted()).isFalse();
    used.set(112 * MIB + 1);
    assertThat(memory.exhausted()).isTrue();
    used.set(0);
    assertThat(memory.exhausted()).isFalse();
  }

  /** Netty counts nothing with -Dio.netty.maxDirectMemory=0. */
  @Test
  void whatIsNotCountedIsNotScarce() {
    used.set(-1);
    assertThat(memory.share()).isGreaterThan((int) MIB);
    assertThat(memory.exhausted()).isFalse();
  }

  @Test
  void thatOfTheProcessKnowsWhatBuffersTake() {
    long limit = BufferMemory.ofProcess().limit();
    assertThat(limit).isBetween(MIB, PlatformDependent.maxDirectMemory());
    int before = BufferMemory.ofProcess().share();
    ByteBuf large = UnpooledByteBufAllocator.DEFAULT.directBuffer(Math.toIntExact(64 * MIB));
    try {
      assertThat(BufferMemory.ofProcess().share()).isLessThan(before);
    } finally {
      large.release();
    }
  }

  @Test
  void noReadIsLargerThanTheShare() {
    RecvByteBufAllocator.ExtendedHandle reads =
        new SharedReads(new AdaptiveRecvByteBufAllocator(2048, 16_384, 262_144), memory)
            .newHandle();
    assertThat(reads.guess()).isEqualTo(16_384);
    used.set(96 * MIB - 64 * 4000);
    assertThat(reads.guess()).isEqualTo(4000);
    ByteBuf buffer = reads.allocate(UnpooledByteBufAllocator.DEFAULT);
    assertThat(buffer.capacity()).isEqualTo(4000);
    buffer.release();
  }
}
