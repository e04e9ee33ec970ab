package org.pgdeeplake.proxy.net;

import io.netty.channel.IoHandle;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerContext;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.IoOps;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.util.concurrent.ThreadAwareExecutor;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Netty's epoll, which hears of changes to the interest list (epoll(7)) once in a turn of its event
 * loop, just before it waits: a connection's changes of mind in between cost no system call.
 *
 * <p>It also keeps channels that wait for nothing in the list. Netty (EpollIoHandler, 4.2.13 to
 * 4.2.18 at least) takes them out, as after the peer's FIN, and does not put them back: the first
 * write that must wait for room then fails, and what was to be sent is lost. {@code HalfCloseIT}
 * fails without this.
 *
 * <p>A peer's end is told to the channel by {@link PatientHandle}. Once it has been told to one
 * that does not want to read the rest now, the list is not asked for it again: it would tell for
 * ever.
 *
 * <p>Confined to the event loop.
 */
final class InterestList implements IoHandler {
  private static final Logger log = LoggerFactory.getLogger(InterestList.class);

  /** In the list, and told of errors and hang-ups once instead of for ever. */
  private static final EpollIoOps NOTHING = EpollIoOps.EPOLLET;

  private final IoHandler epoll;
  private final ThreadAwareExecutor loop;
  private final List<Entry> changed = new ArrayList<>();

  InterestList(IoHandler epoll, ThreadAwareExecutor loop) {
    this.epoll = epoll;
    this.loop = loop;
  }

  static IoHandlerFactory factory() {
    IoHandlerFactory netty = EpollIoHandler.newFactory();
    return loop -> new InterestList(netty.newHandler(loop), loop);
  }

  @Override
  public void initialize() {
    epoll.initialize();
  }

  @Override
  public int run(IoHandlerContext context) {
    tell();
    return epoll.run(context);
  }

  private void tell() {
    // What fails closes its channel, which may change others.
    for (int i = 0; i < changed.size(); i++) {
      changed.get(i).tell();
    }
    changed.clear();
  }

  @Override
  public void prepareToDestroy() {
    epoll.prepareToDestroy();
  }

  @Override
  public void destroy() {
    epoll.destroy();
  }

  @Override
  public IoRegistration register(IoHandle handle) throws Exception {
    PatientHandle channel = new PatientHandle((EpollIoHandle) handle);
    Entry entry = new Entry(channel, epoll.register(channel));
    channel.onHangUp(entry::hungUp);
    return entry;
  }

  @Override
  public void wakeup() {
    epoll.wakeup();
  }

  @Override
  public boolean isCompatible(Class<? extends IoHandle> handleType) {
    return epoll.isCompatible(handleType);
  }

  /** One channel's. */
  private final class Entry implements IoRegistration {
    private final IoHandle handle;
    private final IoRegistration registration;
    private EpollIoOps wanted = EpollIoOps.NONE;
    private @Nullable EpollIoOps told;
    private boolean due;
    private boolean endIsKnown;

    Entry(IoHandle handle, IoRegistration registration) {
      this.handle = handle;
      this.registration = registration;
    }

    @Override
    @SuppressWarnings("TypeParameterUnusedInFormals") // as Netty declares it
    public <T> T attachment() {
      return registration.attachment();
    }

    @Override
    public long submit(IoOps ops) {
      if (!isValid()) {
        return -1;
      }
      EpollIoOps next = (EpollIoOps) ops;
      if (loop.isExecutorThread(Thread.currentThread())) {
        want(next);
      } else {
        loop.execute(() -> want(next));
      }
      return next.value();
    }

    private void want(EpollIoOps next) {
      wanted = next;
      change();
    }

    /** Its peer will send nothing more, of which it is told once when it does not read. */
    void hungUp() {
      if (!wanted.contains(EpollIoOps.EPOLLIN)) {
        endIsKnown = true;
        change();
      }
    }

    private void change() {
      if (!due) {
        due = true;
        changed.add(this);
      }
    }

    private void tell() {
      due = false;
      boolean enough = endIsKnown && !wanted.contains(EpollIoOps.EPOLLIN);
      EpollIoOps left = enough ? wanted.without(EpollIoOps.EPOLLRDHUP) : wanted;
      boolean none = left.value() == EpollIoOps.NONE.value();
      boolean unknown = told == null && none;
      EpollIoOps next = none ? NOTHING : left;
      if (unknown || !isValid() || next.equals(told)) {
        return;
      }
      told = next;
      try {
        registration.submit(next);
      } catch (RuntimeException e) {
        failed(e);
      }
    }

    /** Such as ENOSPC, of fs.epoll.max_user_watches. */
    private void failed(RuntimeException why) {
      log.warn("the system does not watch a connection, which is closed: {}", why.getMessage());
      try {
        handle.close();
      } catch (Exception e) {
        log.debug("closing it failed", e);
      }
    }

    @Override
    public boolean isValid() {
      return registration.isValid();
    }

    @Override
    public boolean cancel() {
      return registration.cancel();
    }
  }
}
