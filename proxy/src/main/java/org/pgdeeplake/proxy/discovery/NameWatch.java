package org.pgdeeplake.proxy.discovery;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import java.net.InetAddress;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Follows all addresses of one name: asks again when the answer's life is over, and every {@code
 * fastinter} while somebody waits. Confined to its event loop but for {@link #soon} and {@link
 * #close}.
 */
public final class NameWatch implements AutoCloseable {
  /** However short the answers live. */
  private static final Duration SHORTEST = Duration.ofMillis(100);

  /** How urgent it is. Any thread. */
  public interface Pace {
    /** Whether somebody waits for what an answer may bring. */
    boolean awaited();

    /** From one answer to the next question then. */
    Duration fastinter();
  }

  interface Asker {
    void ask(@Nullable Duration maxAge, Consumer<Name.Known> told);
  }

  private final EventLoop loop;
  private final Asker asker;
  private final Pace pace;
  private final Consumer<List<InetAddress>> changed;
  private @Nullable Set<InetAddress> last;
  private @Nullable ScheduledFuture<?> next;
  private boolean running;
  private boolean closed;
  private long endedNanos;

  NameWatch(EventLoop loop, Asker asker, Pace pace, Consumer<List<InetAddress>> changed) {
    this.loop = loop;
    this.asker = asker;
    this.pace = pace;
    this.changed = changed;
  }

  void begin() {
    if (!running && !closed) {
      running = true;
      asker.ask(pace.awaited() ? pace.fastinter() : null, this::told);
    }
  }

  private void told(Name.Known known) {
    running = false;
    endedNanos = System.nanoTime();
    if (closed) {
      return;
    }
    Set<InetAddress> now = new HashSet<>(known.addresses());
    // Nothing to tell before the first answer: that nobody answers is no answer.
    if (!now.equals(last) && (known.silence() == null || !now.isEmpty())) {
      last = now;
      changed.accept(known.addresses());
    }
    schedule(pace.awaited() ? pace.fastinter() : longer(known.next()));
  }

  private static Duration longer(Duration wanted) {
    return wanted.compareTo(SHORTEST) < 0 ? SHORTEST : wanted;
  }

  /** Somebody waits: asks as soon as it may. */
  public void soon() {
    execute(() -> {
      if (!running) {
        schedule(pace.fastinter().minusNanos(System.nanoTime() - endedNanos));
      }
    });
  }

  private void schedule(Duration delay) {
    if (next != null) {
      next.cancel(false);
    }
    if (!closed) {
      next = loop.schedule(this::begin, Math.max(0, delay.toNanos()), TimeUnit.NANOSECONDS);
    }
  }

  @Override
  public void close() {
    execute(() -> {
      closed = true;
      if (next != null) {
        next.cancel(false);
      }
    });
  }

  private void execute(Runnable task) {
    try {
      loop.execute(task);
    } catch (RejectedExecutionException _) {
      // The end of the process.
    }
  }
}
