// A bug on the way to a server is the end of that attempt, and its owner is told.
package org.pgdeeplake.proxy.backend;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoopGroup;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.pgdeeplake.proxy.backend.ServerConnector.Outcome;
import org.pgdeeplake.proxy.config.HostPort;
import org.pgdeeplake.proxy.config.ProxyConfig.TransportChoice;
import org.pgdeeplake.proxy.discovery.Resolver;
import org.pgdeeplake.proxy.net.Transport;
import org.pgdeeplake.proxy.support.OtherSockets;

class ConnectorBugTest {
  @Test
  void isToldAsAFailure() throws Exception {
    Transport transport = Transport.select(TransportChoice.AUTO);
    EventLoopGroup loops = transport.loops("connector-bug-test", 1);
    try (Resolver resolver = new Resolver(transport)) {
      ServerConnector connector =
          new ServerConnector(
              OtherSockets.of(
                  transport,
                  target -> {
                    throw new LinkageError("as if a class could not be loaded");
                  }),
              resolver);
      CompletableFuture<Outcome> outcome = new CompletableFuture<>();
      loops
          .next()
          .execute(() ->
              connector.connect(
                  new Destination(new HostPort("127.0.0.1", 1), null, null),
                  loops.next(),
                  Duration.ofMinutes(1),
                  new ChannelInboundHandlerAdapter(),
                  outcome::complete));
      assertThat(outcome.get(10, TimeUnit.SECONDS))
          .isEqualTo(new Outcome.Failed(new Failure(Failure.Kind.NO_RESOURCES, "internal error")));
    } finally {
      loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
    }
  }
}
