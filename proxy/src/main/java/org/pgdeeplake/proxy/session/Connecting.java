package org.pgdeeplake.proxy.session;

import io.netty.buffer.ByteBuf;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.proxy.backend.Lease;
import org.pgdeeplake.proxy.backend.ProxyHeader;
import org.pgdeeplake.proxy.backend.Server;
import org.pgdeeplake.proxy.backend.ServerConnector;
import org.pgdeeplake.proxy.backend.ServerConnector.Outcome;
import org.pgdeeplake.proxy.traffic.Traffic;

/** Has a slot of a server and connects to it. */
final class Connecting extends Attempt {
  private final Lease lease;
  private final long startNanos = System.nanoTime();
  private ServerConnector.@Nullable Attempt attempt;

  Connecting(Pending pending, Lease lease) {
    super(pending, new ServerLink(pending.session(), lease));
    this.lease = lease;
  }

  @Override
  void enter() {
    SessionServices services = session.services();
    SessionRecord record = session.record();
    countAgain(record.lastServer);
    record.server = lease.server();
    pending.startQueueTimer();
    // Everything else is, or asks for, the client's own TLS.
    boolean plain = pending.opening().kind() == Opening.Kind.STARTUP_MESSAGE;
    attempt =
        services
            .connector()
            .connect(
                lease.destination(plain, header(session)),
                session.loop(),
                services.backend().config().timeouts().connect(),
                link,
                outcome -> session.guarded(() -> connected(outcome)));
  }

  /** Who the client is, for servers that ask. */
  static ProxyHeader header(Session session) {
    SessionRecord record = session.record();
    InetSocketAddress destination = record.destination;
    return ProxyHeader.of(
        record.client, destination == null ? session.client().localAddress() : destination);
  }

  /** First the attempt: closing the channel of a pending one would be told as its failure. */
  @Override
  void exit(SessionState next) {
    if (attempt != null) {
      attempt.cancel();
    }
    super.exit(next);
  }

  /**
   * As HAProxy: a retry on the same server, or a redispatch away from the last one. To come back to
   * a server that was in maintenance is neither.
   */
  private void countAgain(@Nullable Server last) {
    if (last == null) {
      return;
    }
    Traffic backend = session.services().backend().traffic();
    if (last == lease.server()) {
      if (session.record().lastFailed) {
        last.traffic().retried();
        backend.retried();
      }
    } else {
      session.record().redispatched = true;
      last.traffic().redispatched();
      backend.redispatched();
    }
  }

  private void connected(Outcome outcome) {
    switch (outcome) {
      case Outcome.Connected(var _) when lease.revoked() -> onEvicted();
      case Outcome.Connected(var channel) -> {
        lease.connectedTo(channel.remoteAddress());
        SessionRecord record = session.record();
        record.connectNanos = System.nanoTime() - startNanos;
        record.waitedNanos = startNanos - record.queuedSinceNanos;
        session.transition(
            pending.opening().kind() == Opening.Kind.BYTES
                ? Relaying.ofBytes(session, link)
                : new AwaitingReply(pending, link));
      }
      case Outcome.Failed(var failure) -> failed(failure);
    }
  }

  @Override
  void onClientBytes(ByteBuf chunk) {
    pending.sentAhead(chunk);
  }
}
