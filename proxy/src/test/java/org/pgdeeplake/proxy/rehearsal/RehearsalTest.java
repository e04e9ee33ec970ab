package org.pgdeeplake.proxy.rehearsal;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.EventLoopGroup;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.pgdeeplake.proxy.backend.ServerConnector;
import org.pgdeeplake.proxy.config.ProxyConfig.TransportChoice;
import org.pgdeeplake.proxy.discovery.Resolver;
import org.pgdeeplake.proxy.net.Transport;
import org.pgdeeplake.proxy.support.LoggedLines;

// Rule: a rehearsal that cannot be is a warning, and nothing else.
class RehearsalTest {
  private final Transport transport = Transport.select(TransportChoice.AUTO);

  @Test
  void withoutLoopsThereIsAWarning() {
    EventLoopGroup ended = transport.loops("ended", 1);
    ended.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
    try (Resolver resolver = new Resolver(transport);
        LoggedLines log = new LoggedLines(Rehearsal.class.getName())) {
      ServerConnector connector = new ServerConnector(transport, resolver);
      assertThat(Rehearsal.play(transport, ended, connector, Duration.ofMillis(100))).isZero();
      assertThat(log.lines())
          .singleElement()
          .asString()
          .startsWith("no warm-up, the first clients will be served more slowly: ");
    }
  }
}
