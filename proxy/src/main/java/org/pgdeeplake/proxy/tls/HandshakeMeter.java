package org.pgdeeplake.proxy.tls;

import io.netty.handler.ssl.SslHandler;
import java.util.function.BooleanSupplier;
import org.pgdeeplake.proxy.traffic.TlsTraffic;
import org.pgdeeplake.proxy.traffic.TlsTraffic.Handshake;
import org.pgdeeplake.proxy.traffic.TlsTraffic.Result;
import org.pgdeeplake.proxy.traffic.TlsTraffic.Side;

/**
 * Counts the handshakes of one frontend or backend. Any thread.
 *
 * @param proxy its name
 */
record HandshakeMeter(String proxy, Side side, TlsTraffic traffic) {
  /**
   * @param offered whether the client asked for an earlier session
   * @param resumed whether it got it; asked when the handshake has succeeded
   */
  void watch(SslHandler handler, long beginNanos, boolean offered, BooleanSupplier resumed) {
    traffic.opened(side);
    var _ = handler.sslCloseFuture().addListener(_ -> traffic.closed());
    var _ =
        handler
            .handshakeFuture()
            .addListener(done -> {
              if (done.isSuccess()) {
                String version = handler.engine().getSession().getProtocol();
                Result result = resumed.getAsBoolean() ? Result.RESUMED : Result.FULL;
                ended(result, version, beginNanos, offered);
              } else {
                failed(beginNanos);
              }
            });
  }

  void failed(long beginNanos) {
    ended(Result.FAILED, Handshake.NO_VERSION, beginNanos, false);
  }

  private void ended(Result result, String version, long beginNanos, boolean offered) {
    traffic.ended(
        new Handshake(proxy, side, result, version, System.nanoTime() - beginNanos), offered);
  }
}
