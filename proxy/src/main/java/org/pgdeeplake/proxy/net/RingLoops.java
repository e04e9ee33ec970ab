package org.pgdeeplake.proxy.net;

import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.uring.IoUring;
import io.netty.channel.uring.IoUringBufferRingConfig;
import io.netty.channel.uring.IoUringChannelOption;
import io.netty.channel.uring.IoUringFixedBufferRingAllocator;
import io.netty.channel.uring.IoUringIoHandler;
import io.netty.channel.uring.IoUringIoHandlerConfig;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Event loops on io_uring, each with a ring of buffers into which the kernel puts what it receives.
 *
 * <p>A buffer is consumed piece by piece where the kernel can do that (IOU_PBUF_RING_INC, Linux
 * 6.12): so short messages share a buffer that is warm in the cache, and bulk data fills a large
 * one with one receive.
 *
 * <p>Each receive is asked for. One that goes on by itself (multishot) begins anew in Netty 4.2.18
 * whenever the ring was empty, also on a channel that is to wait: a client that sent faster than
 * its server read has filled all of the direct memory so.
 */
final class RingLoops extends MultiThreadIoEventLoopGroup {
  private static final String MULTISHOT = "io.netty.iouring.recvMultiShotEnabled";
  private static final short GROUP = 1;

  /** Where a buffer is for one receive only, large ones cost short messages more than they give. */
  private static final int SHARED_BYTES = 64 * 1024;

  private static final int SINGLE_BYTES = 16 * 1024;
  private static final short BUFFERS = 64;

  /** So many at the beginning; more when they have not sufficed. */
  private static final int BATCH = 16;

  RingLoops(String name, int threads) {
    super(threads, new DefaultThreadFactory(name, true), factory());
  }

  /** To be called before Netty looks at the kernel, which it does once. */
  static void prepare() {
    System.setProperty(MULTISHOT, "false");
  }

  /** Null, or why the rings cannot be used. */
  static @Nullable String lacking() {
    if (!IoUring.isRegisterBufferRingSupported()) {
      return "this kernel has no provided buffer rings (Linux 5.19)";
    }
    return IoUring.isRecvMultishotEnabled() ? "Netty was started before -D" + MULTISHOT : null;
  }

  private static IoHandlerFactory factory() {
    boolean incremental = IoUring.isRegisterBufferRingIncSupported();
    IoUringBufferRingConfig ring =
        IoUringBufferRingConfig.builder()
            .bufferGroupId(GROUP)
            .bufferRingSize(BUFFERS)
            .batchSize(BATCH)
            .incremental(incremental)
            .allocator(
                new IoUringFixedBufferRingAllocator(
                    PooledByteBufAllocator.DEFAULT, incremental ? SHARED_BYTES : SINGLE_BYTES))
            .build();
    return IoUringIoHandler.newFactory(new IoUringIoHandlerConfig().setBufferRingConfig(ring));
  }

  /**
   * Has channels of these loops receive into the ring, if there is one. To be set before they are
   * registered: as a child's option, and not from its initializer.
   */
  static void apply(EventLoopGroup loops, BiConsumer<ChannelOption<Short>, Short> set) {
    if (loops instanceof RingLoops) {
      set.accept(IoUringChannelOption.IO_URING_BUFFER_GROUP_ID, GROUP);
    }
  }
}
