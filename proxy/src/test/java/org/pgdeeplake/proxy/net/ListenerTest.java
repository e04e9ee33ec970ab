package org.pgdeeplake.proxy.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.EventLoopGroup;
import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.pgdeeplake.proxy.config.HostPort;
import org.pgdeeplake.proxy.config.ProxyConfig.TransportChoice;

// Rule: who has connected is taken, whenever the address begins and ceases to accept.
class ListenerTest {
  private static final Duration LIMIT = Duration.ofSeconds(10);
  private static final int CLIENTS = 100;

  private final List<Socket> clients = new ArrayList<>();

  @AfterEach
  void close() throws IOException {
    for (Socket client : clients) {
      client.close();
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = TransportChoice.class,
      names = {"AUTO", "IO_URING", "NIO"})
  void whoCameBeforeTheFirstTakerAndWhoComesBeforeTheEnd(TransportChoice choice) throws Exception {
    Transport transport = Transport.select(choice);
    EventLoopGroup loops = transport.loops("listener-test", 1);
    AtomicInteger first = new AtomicInteger();
    AtomicInteger second = new AtomicInteger();
    try (Listener listener =
        Listener.bind(
            new HostPort("127.0.0.1", 0),
            new ServerBootstrap().group(loops).channel(transport.serverSocket()))) {
      connect(listener);
      assertThat(first).hasValue(0);
      listener.accept("first", connection -> first.incrementAndGet());
      await().atMost(LIMIT).until(() -> first.get() == CLIENTS);

      connect(listener);
      listener.accept("second", connection -> second.incrementAndGet());
      listener.retire();
      await().atMost(LIMIT).until(() -> !listener.open());
      await().atMost(LIMIT).until(() -> first.get() + second.get() == 2 * CLIENTS);
    } finally {
      loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
    }
  }

  @Test
  void whomABrokenGateMeetsIsClosed() throws Exception {
    Transport transport = Transport.select(TransportChoice.AUTO);
    EventLoopGroup loops = transport.loops("listener-test", 1);
    try (Listener listener =
        Listener.bind(
            new HostPort("127.0.0.1", 0),
            new ServerBootstrap().group(loops).channel(transport.serverSocket()))) {
      listener.accept(
          "nobody",
          connection -> {
            throw new IllegalStateException("on purpose");
          },
          connection -> {});
      try (Socket client =
          new Socket(listener.address().getAddress(), listener.address().getPort())) {
        client.setSoTimeout(Math.toIntExact(LIMIT.toMillis()));
        assertThat(client.getInputStream().read()).isEqualTo(-1);
      }
    } finally {
      loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
    }
  }

  private void connect(Listener listener) throws IOException {
    for (int i = 0; i < CLIENTS; i++) {
      clients.add(new Socket(listener.address().getAddress(), listener.address().getPort()));
    }
  }
}
