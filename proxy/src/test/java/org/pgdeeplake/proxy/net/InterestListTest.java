package org.pgdeeplake.proxy.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.IoEvent;
import io.netty.channel.IoHandle;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerContext;
import io.netty.channel.IoOps;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoEvent;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.channel.unix.FileDescriptor;
import io.netty.util.concurrent.ThreadAwareExecutor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

// Rule: the kernel hears of what a connection waits for once in a turn of the loop, and only what
// is
// new; one that waits for nothing stays in the list; one that cannot be watched is closed; a peer's
// end is told once, as of something to read.
class InterestListTest {
  private static final IoHandlerContext TURN =
      new IoHandlerContext() {
        @Override
        public boolean canBlock() {
          return false;
        }

        @Override
        public long delayNanos(long currentTimeNanos) {
          return 0;
        }

        @Override
        public long deadlineNanos() {
          return -1;
        }
      };

  private final Kernel kernel = new Kernel();
  private final InterestList list = new InterestList(kernel, new ThisThread());
  private final Connection connection = new Connection();
  private final IoRegistration entry = register();

  private IoRegistration register() {
    try {
      return list.register(connection);
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void changesOfMindInOneTurnAreToldOnce() {
    entry.submit(EpollIoOps.EPOLLRDHUP);
    entry.submit(EpollIoOps.EPOLLRDHUP.with(EpollIoOps.EPOLLOUT));
    entry.submit(EpollIoOps.EPOLLRDHUP.with(EpollIoOps.EPOLLIN));
    assertThat(kernel.told).isEmpty();
    list.run(TURN);
    assertThat(kernel.told).containsExactly(EpollIoOps.EPOLLRDHUP.with(EpollIoOps.EPOLLIN));
    assertThat(kernel.toldBeforeWaiting).isEqualTo(1);
  }

  @Test
  void whatIsKnownIsNotToldAgain() {
    entry.submit(EpollIoOps.EPOLLIN);
    list.run(TURN);
    entry.submit(EpollIoOps.EPOLLOUT);
    entry.submit(EpollIoOps.EPOLLIN);
    list.run(TURN);
    assertThat(kernel.told).containsExactly(EpollIoOps.EPOLLIN);
  }

  @Test
  void whoWaitsForNothingStays() {
    entry.submit(EpollIoOps.NONE);
    list.run(TURN);
    assertThat(kernel.told).as("was never in the list").isEmpty();
    entry.submit(EpollIoOps.EPOLLIN);
    list.run(TURN);
    entry.submit(EpollIoOps.NONE);
    list.run(TURN);
    entry.submit(EpollIoOps.EPOLLOUT);
    list.run(TURN);
    assertThat(kernel.told)
        .containsExactly(EpollIoOps.EPOLLIN, EpollIoOps.EPOLLET, EpollIoOps.EPOLLOUT);
  }

  @Test
  void whoHasGoneIsNotSpokenOf() {
    entry.submit(EpollIoOps.EPOLLIN);
    assertThat(entry.cancel()).isTrue();
    list.run(TURN);
    assertThat(kernel.told).isEmpty();
    assertThat(entry.submit(EpollIoOps.EPOLLIN)).isEqualTo(-1);
  }

  @Test
  void whoCannotBeWatchedIsClosed() {
    kernel.refusal = new UncheckedIOException(new IOException("No space left on device"));
    entry.submit(EpollIoOps.EPOLLIN);
    list.run(TURN);
    assertThat(connection.closed).isTrue();
  }

  @Test
  void anEndIsToldOnceToWhoIsNotReading() {
    entry.submit(EpollIoOps.EPOLLRDHUP);
    list.run(TURN);
    kernel.tells(EpollIoOps.EPOLLRDHUP);
    list.run(TURN);
    assertThat(connection.heard).containsExactly(EpollIoOps.EPOLLIN);
    assertThat(kernel.told).containsExactly(EpollIoOps.EPOLLRDHUP, EpollIoOps.EPOLLET);
    entry.submit(EpollIoOps.EPOLLRDHUP.with(EpollIoOps.EPOLLOUT));
    list.run(TURN);
    assertThat(kernel.told).last().isEqualTo(EpollIoOps.EPOLLOUT);
  }

  @Test
  void whoIsReadingHearsOfTheEndAsOfBytesAndOnceMoreWhenItStops() {
    EpollIoOps reading = EpollIoOps.EPOLLRDHUP.with(EpollIoOps.EPOLLIN);
    entry.submit(reading);
    list.run(TURN);
    kernel.tells(EpollIoOps.EPOLLRDHUP.with(EpollIoOps.EPOLLOUT));
    list.run(TURN);
    assertThat(connection.heard).containsExactly(EpollIoOps.EPOLLIN.with(EpollIoOps.EPOLLOUT));
    assertThat(kernel.told).as("no system call more").containsExactly(reading);
    entry.submit(EpollIoOps.EPOLLRDHUP);
    list.run(TURN);
    assertThat(kernel.told).last().isEqualTo(EpollIoOps.EPOLLRDHUP);
    kernel.tells(EpollIoOps.EPOLLRDHUP);
    list.run(TURN);
    assertThat(connection.heard).as("now it reads unasked").hasSize(2);
    assertThat(kernel.told).last().isEqualTo(EpollIoOps.EPOLLET);
  }

  /** Netty's part, which would make the system calls. */
  private static final class Kernel implements IoHandler {
    final List<IoOps> told = new ArrayList<>();
    @Nullable RuntimeException refusal;
    int toldBeforeWaiting;
    boolean valid = true;
    @Nullable IoHandle registered;

    void tells(EpollIoOps ops) {
      Objects.requireNonNull(registered).handle(register(registered), (EpollIoEvent) () -> ops);
    }

    @Override
    public int run(IoHandlerContext context) {
      toldBeforeWaiting = told.size();
      return 0;
    }

    @Override
    public IoRegistration register(IoHandle handle) {
      registered = handle;
      return new IoRegistration() {
        @Override
        @SuppressWarnings({"TypeParameterUnusedInFormals", "unchecked"}) // as Netty declares it
        public <T> T attachment() {
          return (T) Kernel.this;
        }

        @Override
        public long submit(IoOps ops) {
          if (refusal != null) {
            throw refusal;
          }
          told.add(ops);
          return 1;
        }

        @Override
        public boolean isValid() {
          return valid;
        }

        @Override
        public boolean cancel() {
          valid = false;
          return true;
        }
      };
    }

    @Override
    public void wakeup() {}

    @Override
    public boolean isCompatible(Class<? extends IoHandle> handleType) {
      return true;
    }
  }

  private static final class Connection implements EpollIoHandle {
    final List<EpollIoOps> heard = new ArrayList<>();
    boolean closed;

    @Override
    public FileDescriptor fd() {
      return new FileDescriptor(0);
    }

    @Override
    public void handle(IoRegistration registration, IoEvent event) {
      heard.add(((EpollIoEvent) event).ops());
    }

    @Override
    public void close() {
      closed = true;
    }
  }

  private static final class ThisThread implements ThreadAwareExecutor {
    @Override
    public boolean isExecutorThread(Thread thread) {
      return thread == Thread.currentThread();
    }

    @Override
    public void execute(Runnable task) {
      task.run();
    }
  }
}
