package org.pgdeeplake.proxy.net;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.uring.IoUring;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** What this machine allows, asked when it matters: a look at io_uring sets a ring up. */
interface KernelSupport {
  /** Null where it works, else why not, for the user. */
  @Nullable String epollLacks();

  /** The same for io_uring with rings of buffers, without which it is no faster than epoll. */
  @Nullable String ioUringLacks();

  static KernelSupport ofThisMachine() {
    return new KernelSupport() {
      @Override
      public @Nullable String epollLacks() {
        return Epoll.isAvailable() ? null : rootMessage(Epoll.unavailabilityCause());
      }

      @Override
      public @Nullable String ioUringLacks() {
        RingLoops.prepare();
        if (!IoUring.isAvailable()) {
          return rootMessage(IoUring.unavailabilityCause())
              + " (kernel.io_uring_disabled and the seccomp profiles of containers forbid it)";
        }
        String lacking = RingLoops.lacking();
        return lacking == null ? tryRing() : lacking;
      }
    };
  }

  /** Limits of memory and of files show only when the rings are made. */
  private static @Nullable String tryRing() {
    EventLoopGroup loops;
    try {
      loops = new RingLoops("io-uring-probe", 1);
    } catch (IllegalStateException e) {
      return rootMessage(e);
    }
    try {
      // The loop's thread registers its buffers before its first task.
      var looked = loops.submit(() -> {}).await();
      return looked.isSuccess() ? null : rootMessage(looked.cause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return "interrupted";
    } finally {
      var _ = loops.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    }
  }

  private static String rootMessage(Throwable cause) {
    Throwable at = cause;
    while (at.getCause() != null) {
      at = at.getCause();
    }
    return String.valueOf(at.getMessage());
  }
}
