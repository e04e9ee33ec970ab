package org.pgdeeplake.proxy.net;

import io.netty.util.internal.PlatformDependent;
import java.util.function.LongSupplier;

/**
 * The memory outside the heap that buffers may take, and how much of it one session may fill with
 * bytes that its slower side has not taken yet: always the same part of what is free (the dynamic
 * thresholds of Choudhury and Hahne, 1998). So few slow readers may have much and many have little
 * each, and nobody has to count them. Any thread; a look is one read of Netty's own counter, which
 * knows the chunks of every allocator, whether they are full or not.
 */
public final class BufferMemory {
  /** What a session may always have: one small read, or it would never go on. */
  public static final int FLOOR_BYTES = 2 * 1024;

  /**
   * The part of what is free. With n sessions that fill their shares, 1 / (1 + n/64) of the limit
   * stays free; the share is larger than an ordinary watermark until less than 16 MB are free.
   */
  private static final int PARTS = 64;

  private static final BufferMemory OF_PROCESS =
      new BufferMemory(PlatformDependent::usedDirectMemory, PlatformDependent.maxDirectMemory());

  private final LongSupplier used;
  private final long limit;
  private final long lastResort;

  /**
   * @param used bytes that are taken; less than 0 where they are not counted: then nothing is
   *     scarce
   * @param most bytes that there are. A quarter of them is not shared out: for the floors, for what
   *     allocators take in chunks of up to 2 MB, for TLS and for operators
   */
  public BufferMemory(LongSupplier used, long most) {
    this.used = used;
    this.limit = most - most / 4;
    this.lastResort = most - most / 8;
  }

  /** That of this process: -XX:MaxDirectMemorySize, by default as much as the heap may have. */
  public static BufferMemory ofProcess() {
    return OF_PROCESS;
  }

  /** Bytes that are shared out. */
  public long limit() {
    return limit;
  }

  /** Bytes that a session may hold now before its source is not read; at least the floor. */
  public int share() {
    long share = (limit - used.getAsLong()) / PARTS;
    return Math.clamp(share, FLOOR_BYTES, Integer.MAX_VALUE);
  }

  /** Whether so little is left that there should be no more sessions. */
  public boolean exhausted() {
    return used.getAsLong() > lastResort;
  }
}
