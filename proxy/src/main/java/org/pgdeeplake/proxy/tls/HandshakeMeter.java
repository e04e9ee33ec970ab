package org.pgdeeplake.proxy.tls;

import io.netty.channel.Channel;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.Future;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.pgdeeplake.proxy.traffic.TlsTraffic;
import org.pgdeeplake.proxy.traffic.TlsTraffic.Handshake;
import org.pgdeeplake.proxy.traffic.TlsTraffic.Result;
import org.pgdeeplake.proxy.traffic.TlsTraffic.Side;

/**
 * Counts the handshakes of one frontend or backend. Any thread.
 *
 * @param proxy its name
 * @param listener is told how each of them ended
 */
record HandshakeMeter(String proxy, Side side, TlsTraffic traffic, Consumer<Result> listener) {
  HandshakeMeter(String proxy, Side side, TlsTraffic traffic) {
    this(proxy, side, traffic, _ -> {});
  }

  /** The same, which tells {@code other}, too. */
  HandshakeMeter telling(Consumer<Result> other) {
    return new HandshakeMeter(proxy, side, traffic, listener.andThen(other));
  }

  /**
   * @param offered whether the client asked for an earlier session
   * @param resumed whether it got it; asked when the handshake has succeeded
   */
  void watch(SslHandler handler, long beginNanos, boolean offered, BooleanSupplier resumed) {
    traffic.opened(side);
    Future<Channel> handshake = handler.handshakeFuture();
    var _ =
        handshake.addListener(done -> {
          if (done.isSuccess()) {
            // Not the future of close_notify: after the peer's, this side may go on sending.
            var _ = handshake.getNow().closeFuture().addListener(_ -> traffic.closed());
            String version = handler.engine().getSession().getProtocol();
            Result result = resumed.getAsBoolean() ? Result.RESUMED : Result.FULL;
            ended(result, version, beginNanos, offered);
          } else {
            traffic.closed();
            failed(beginNanos);
          }
        });
  }

  /** A handshake that failed before there was anything to watch. */
  void refused(long beginNanos) {
    traffic.opened(side);
    traffic.closed();
    failed(beginNanos);
  }

  private void failed(long beginNanos) {
    ended(Result.FAILED, Handshake.NO_VERSION, beginNanos, false);
  }

  private void ended(Result result, String version, long beginNanos, boolean offered) {
    listener.accept(result);
    traffic.ended(
        new Handshake(proxy, side, result, version, System.nanoTime() - beginNanos), offered);
  }
}
