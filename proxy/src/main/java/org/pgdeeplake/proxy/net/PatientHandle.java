package org.pgdeeplake.proxy.net;

import io.netty.channel.IoEvent;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoEvent;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.channel.unix.FileDescriptor;

/**
 * Tells a channel of its peer's end as of bytes to be read: it reads once, also unasked, as {@link
 * HangUp} expects, and the rest when it is asked to. Told of EPOLLRDHUP itself, Netty
 * (EpollRecvByteAllocatorHandle, 4.2.18 at least) reads without a pause until it has all that the
 * kernel holds, up to {@code net.ipv4.tcp_rmem} and so some MB, however little the other side of
 * the session takes. Confined to the event loop.
 */
@SuppressWarnings("try") // close() is as Netty declares it
final class PatientHandle implements EpollIoHandle {
  private final EpollIoHandle channel;
  private Runnable onHangUp = () -> {};

  PatientHandle(EpollIoHandle channel) {
    this.channel = channel;
  }

  /** To be called before there are events. */
  void onHangUp(Runnable task) {
    onHangUp = task;
  }

  @Override
  public void handle(IoRegistration registration, IoEvent event) {
    EpollIoOps ops = ((EpollIoEvent) event).ops();
    if (ops.contains(EpollIoOps.EPOLLRDHUP)) {
      onHangUp.run();
      EpollIoOps read = ops.without(EpollIoOps.EPOLLRDHUP).with(EpollIoOps.EPOLLIN);
      channel.handle(registration, (EpollIoEvent) () -> read);
    } else {
      channel.handle(registration, event);
    }
  }

  @Override
  public FileDescriptor fd() {
    return channel.fd();
  }

  @Override
  public void registered() {
    channel.registered();
  }

  @Override
  public void unregistered() {
    channel.unregistered();
  }

  @Override
  public void close() throws Exception {
    channel.close();
  }
}
