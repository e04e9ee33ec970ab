package org.pgdeeplake.proxy.admin;

import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.LastHttpContent;
import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One reader of lines: one at once and then one for each change. Each line is the state of the
 * moment in which it is written, so changes that come fast, or while the reader is slow, share one.
 * Confined to the event loop of its channel, but for {@link #changed}.
 */
final class LineStream {
  private static final Logger log = LoggerFactory.getLogger(LineStream.class);

  private final ChannelHandlerContext ctx;
  private final Lines lines;
  private final Limits limits;

  /** The one that is registered: a method reference is a new object each time. */
  private final Runnable listener = this::changed;

  /** A line that will show the last change is on its way; set by any thread. */
  private final AtomicBoolean awaited = new AtomicBoolean();

  /** The next line, or while the reader does not read, the end. */
  private @Nullable ScheduledFuture<?> next;

  private boolean blocked;
  private boolean ended;
  private long lastLineNanos;

  LineStream(ChannelHandlerContext ctx, Lines lines, Limits limits) {
    this.ctx = ctx;
    this.lines = lines;
    this.limits = limits;
  }

  /** The answer's head is written before. */
  void start() {
    lines.opened(listener, this::breakOff);
    writeLine();
  }

  private void changed() {
    if (!awaited.compareAndSet(false, true)) {
      return;
    }
    try {
      ctx.executor().execute(this::writeSoon);
    } catch (RejectedExecutionException e) {
      // The loop has ended, and its connections with it.
      lines.closed(listener);
    }
  }

  private void writeSoon() {
    if (ended || blocked) {
      return;
    }
    long pause = lastLineNanos + limits.coalesce().toNanos() - System.nanoTime();
    if (pause <= 0) {
      writeLine();
    } else {
      schedule(this::writeLine, Duration.ofNanos(pause));
    }
  }

  /** The reader has read. */
  void writable() {
    if (blocked && !ended) {
      blocked = false;
      writeLine();
    }
  }

  private void writeLine() {
    if (!ctx.channel().isWritable()) {
      blocked = true;
      schedule(this::breakOff, limits.request());
      return;
    }
    // Before the look at the demand: a change after that look gets a line of its own.
    awaited.set(false);
    try {
      var line = ByteBufUtil.writeUtf8(ctx.alloc(), lines.next() + "\n");
      var _ = ctx.writeAndFlush(new DefaultHttpContent(line), ctx.voidPromise());
    } catch (RuntimeException e) {
      // A reader that sees its stream break knows that it does not know the demand.
      log.error("admin: the state cannot be read; its stream is broken off", e);
      breakOff();
      return;
    }
    lastLineNanos = System.nanoTime();
    schedule(this::writeLine, limits.heartbeat());
  }

  private void schedule(Runnable task, Duration delay) {
    if (next != null) {
      next.cancel(false);
    }
    next = ctx.executor().schedule(task, delay.toNanos(), TimeUnit.NANOSECONDS);
  }

  private void breakOff() {
    var _ = ctx.close();
  }

  /** Tells the reader that this was all, and closes. */
  void end() {
    String last = ended ? "" : lines.last();
    stop();
    if (!last.isEmpty() && ctx.channel().isWritable()) {
      var line = ByteBufUtil.writeUtf8(ctx.alloc(), last + "\n");
      var _ = ctx.write(new DefaultHttpContent(line), ctx.voidPromise());
    }
    var _ =
        ctx.writeAndFlush(LastHttpContent.EMPTY_LAST_CONTENT)
            .addListener(ChannelFutureListener.CLOSE);
  }

  /** Writes no more. */
  void stop() {
    ended = true;
    lines.closed(listener);
    if (next != null) {
      next.cancel(false);
    }
  }
}
