package org.pgdeeplake.proxy.peers;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
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
   * Completes with whether the server was reached, when it has closed the connection. Who no longer
   * waits cancels it, on the loop: a request that came later could meet another query.
   *
   * @param body for whom it is, and the CancelRequest in hexadecimal
   */
  CompletableFuture<Boolean> cancel(String body) {
    @Nullable CancelKey key = key(body).orElse(null);
    @Nullable Lease lease = key == null ? null : keys.lease(key);
    if (key == null || lease == null) {
      return CompletableFuture.completedFuture(false);
    }
    CompletableFuture<Boolean> done = new CompletableFuture<>();
    CancelDelivery delivery =
        CancelDelivery.begin(
            connector,
            lease.destination(true, new ProxyHeader.Unknown()),
            loop,
            LIMIT,
            key.request(),
            done::complete);
    ScheduledFuture<?> end =
        loop.schedule(
            () -> done.complete(delivery.delivered()), LIMIT.toMillis(), TimeUnit.MILLISECONDS);
    var _ =
        done.whenComplete((reached, problem) -> {
          end.cancel(false);
          delivery.cancel();
        });
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
