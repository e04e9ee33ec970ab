package org.pgdeeplake.proxy.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.channel.EventLoopGroup;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.pgdeeplake.proxy.config.ProxyConfig.TransportChoice;
import org.pgdeeplake.proxy.support.Kernel;
import org.pgdeeplake.proxy.support.LoggedLines;

// Rule: io_uring that does not work is replaced, said once as a warning with the reason; epoll that
// was asked for and does not work is an error.
class TransportTest {
  private static final String FORBIDDEN = "Operation not permitted";

  private record Fake(@Nullable String epollLacks, @Nullable String ioUringLacks)
      implements KernelSupport {}

  @Test
  void withoutIoUringEpollTakesItsPlace() {
    try (LoggedLines log = new LoggedLines(Transport.class.getName())) {
      Transport chosen = Transport.select(TransportChoice.IO_URING, new Fake(null, FORBIDDEN));
      assertThat(chosen.name()).isEqualTo("epoll");
      assertThat(log.lines())
          .containsExactly(
              "transport = io_uring does not work here, epoll takes its place: "
                  + "Operation not permitted");
    }
  }

  @Test
  void withoutEpollNioTakesItsPlace() {
    try (LoggedLines log = new LoggedLines(Transport.class.getName())) {
      Transport chosen =
          Transport.select(TransportChoice.IO_URING, new Fake("no library", FORBIDDEN));
      assertThat(chosen.name()).isEqualTo("nio");
      assertThat(log.lines())
          .containsExactly(
              "transport = io_uring does not work here, nio takes its place: "
                  + "Operation not permitted; epoll: no library");
    }
  }

  @Test
  void autoNeverTakesIoUring() {
    assertThat(Transport.select(TransportChoice.AUTO, new Fake(null, null)).name())
        .isEqualTo("epoll");
    assertThat(Transport.select(TransportChoice.AUTO, new Fake("no library", null)).name())
        .isEqualTo("nio");
  }

  @Test
  void epollThatWasAskedForIsNotReplaced() {
    assertThatThrownBy(() -> Transport.select(TransportChoice.EPOLL, new Fake("no library", null)))
        .hasMessage("transport = epoll does not work here: no library");
  }

  /** So that SocketSettings may name the ring to channels of these loops only. */
  @Test
  void onlyLoopsOfSessionsHaveRings() {
    Kernel.assumeTransport("io_uring");
    Transport transport = Transport.select(TransportChoice.IO_URING);
    EventLoopGroup plain = transport.loops("plain", 1);
    EventLoopGroup relay = transport.relayLoops("relay", 1);
    try {
      assertThat(plain).isNotInstanceOf(RingLoops.class);
      assertThat(relay.next().parent()).isInstanceOf(RingLoops.class);
    } finally {
      plain.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
      relay.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
    }
  }
}
