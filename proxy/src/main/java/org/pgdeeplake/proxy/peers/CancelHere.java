package org.pgdeeplake.proxy.peers;

import io.netty.channel.EventLoop;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.proxy.backend.CancelDelivery;
import org.pgdeeplake.proxy.backend.CancelKeys;
import org.pgdeeplake.proxy.backend.Lease;
import org.pgdeeplake.proxy.backend.ProxyHeader;
import org.pgdeeplake.proxy.backend.ServerConnector;
import org.pgdeeplake.proxy.postgres.CancelKey;

/**
 * What another replica asks to be cancelled: taken to the server of its session, if that session is
 * of this one. It neither queues nor wakes nor counts against a limit. On its loop.
 */
record CancelHere(String self, CancelKeys keys, ServerConnector connector, EventLoop loop) {
  private static final Duration LIMIT = Duration.ofSeconds(10);

  /**
   * Completes with whether the server was reached, when it has closed the connection.
   *
   * @param body for whom it is, and the CancelRequest in hexadecimal
   */
  CompletableFuture<Boolean> cancel(String body) {
    @Nullable Lease lease = key(body).map(keys::lease).orElse(null);
    if (lease == null) {
      return CompletableFuture.completedFuture(false);
    }
    CompletableFuture<Boolean> done = new CompletableFuture<>();
    byte[] packet = key(body).orElseThrow().request();
    CancelDelivery delivery =
        CancelDelivery.begin(
            connector,
            lease.destination(true, new ProxyHeader.Unknown()),
            loop,
            LIMIT,
            packet,
            done::complete);
    // Whoever asked may have gone before; the server gets its request all the same.
    var _ =
        loop.schedule(
            () -> {
              var _ = done.complete(delivery.delivered());
              delivery.cancel();
            },
            LIMIT.toMillis(),
            TimeUnit.MILLISECONDS);
    return done;
  }

  private Optional<CancelKey> key(String body) {
    String[] words = body.split(" ", -1);
    if (words.length != 2 || !words[0].equals(self)) {
      return Optional.empty();
    }
    try {
      return CancelKey.of(HexFormat.of().parseHex(words[1]));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }
}
