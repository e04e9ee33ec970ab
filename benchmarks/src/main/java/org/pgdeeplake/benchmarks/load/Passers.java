package org.pgdeeplake.benchmarks.load;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollSocketChannel;
import java.net.InetSocketAddress;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** So many connections opened and closed, the ways of {@link Passer} in turn. */
final class Passers {
  /**
   * An address of the loopback has 28,000 ports for clients, and each is in TIME_WAIT for a while.
   */
  private static final int ADDRESSES = 16;

  private static final int REASONS_TOLD = 10;

  private final LoadTransport transport;
  private final int port;
  private final int width;
  private final Semaphore onTheirWay;
  private final Queue<Long> served = new ConcurrentLinkedQueue<>();
  private final AtomicInteger errors = new AtomicInteger();

  /**
   * @param width connections that are open at once, at most
   */
  Passers(LoadTransport transport, int port, int width) {
    this.transport = transport;
    this.port = port;
    this.width = width;
    this.onTheirWay = new Semaphore(width);
  }

  /** Comes back when the last is gone. */
  Answer pass(int count) throws InterruptedException {
    Passer.Way[] ways = Passer.Way.values();
    for (int i = 0; i < count; i++) {
      take(1, i);
      connect(new Passer(ways[i % ways.length], this), i % ADDRESSES);
    }
    take(width, count);
    Times nanos = Times.of(served.stream().mapToLong(Long::longValue));
    return nanos.tellHowLong(
        new Answer().with("errors", errors.get()).with("served", nanos.count()));
  }

  private void take(int permits, int begun) throws InterruptedException {
    if (!onTheirWay.tryAcquire(permits, 60, TimeUnit.SECONDS)) {
      throw new IllegalStateException("connections hang, after " + begun);
    }
  }

  private void connect(Passer passer, int address) {
    Bootstrap bootstrap = transport.client(pipeline -> pipeline.addLast(passer));
    if (transport.socket() == EpollSocketChannel.class) {
      // The port is chosen at connect, so that it need only be free towards this one server.
      bootstrap
          .option(EpollChannelOption.IP_BIND_ADDRESS_NO_PORT, true)
          .localAddress(new InetSocketAddress("127.0.0." + (1 + address), 0));
    }
    var _ =
        bootstrap
            .connect("127.0.0.1", port)
            .addListener(done -> {
              if (!done.isSuccess()) {
                failed("cannot connect: " + done.cause());
                gone();
              }
            });
  }

  void served(long nanos) {
    served.add(nanos);
  }

  void failed(String reason) {
    if (errors.incrementAndGet() <= REASONS_TOLD) {
      System.err.println(reason);
    }
  }

  void gone() {
    onTheirWay.release();
  }
}
