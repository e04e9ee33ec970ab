package org.pgdeeplake.proxy.session;

import io.netty.buffer.ByteBuf;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.proxy.demand.Claim.Activity;
import org.pgdeeplake.proxy.net.DirectCopy;
import org.pgdeeplake.proxy.postgres.AsynchronousMessages;
import org.pgdeeplake.proxy.postgres.BackendKeyScanner;
import org.pgdeeplake.proxy.postgres.CancelKey;
import org.pgdeeplake.proxy.postgres.ErrorResponse;
import org.pgdeeplake.proxy.postgres.ReadyForQueryTail;
import org.pgdeeplake.proxy.relay.Relay;
import org.pgdeeplake.proxy.traffic.Traffic;

/** A server has taken the session: bytes pass both ways, and only whose turn it is is looked at. */
final class Relaying extends LinkedState {
  private final boolean opaque;
  private final HeldBytes reply;
  private final Relay relay;
  private final Traffic serverTraffic;
  private final Traffic backendTraffic;
  private final BackendKeyScanner keys = new BackendKeyScanner();
  private final ReadyForQueryTail tail = new ReadyForQueryTail();
  private final InactivityWatch watch;
  private @Nullable CancelKey key;
  private Activity activity;

  /** What comes behind a ReadyForQuery without a request. */
  private final AsynchronousMessages asynchronous = new AsynchronousMessages();

  /** In mode tcp: whether the server has not sent a byte yet, and since when it may. */
  private boolean firstByteDue;

  private final long sinceNanos = System.nanoTime();

  /** Whether the server has begun to answer nothing since its last ReadyForQuery. */
  private boolean betweenTurns;

  private final FirstRow firstRow;

  /** Whether the client's last bytes so far were a Terminate message. */
  private boolean terminated;

  Relaying(Session session, ServerLink link, boolean opaque, HeldBytes reply) {
    super(session, link);
    this.opaque = opaque;
    this.reply = reply;
    this.relay =
        new Relay(
            session.client(),
            link.channel(),
            session.services().memory(),
            session.services().traffic().sides());
    this.serverTraffic = link.server().traffic();
    this.backendTraffic = session.services().backend().traffic();
    this.activity = opaque ? Activity.OPAQUE : Activity.BUSY;
    this.watch = new InactivityWatch(session, this);
    this.firstRow = new FirstRow(link.lease());
  }

  /**
   * For mode tcp: the bytes that the client sent first are passed on, and nothing is waited for.
   */
  static Relaying ofBytes(Session session, ServerLink link) {
    byte[] first = session.reader().held().copy();
    var _ =
        link.channel().write(DirectCopy.of(link.channel(), first), link.channel().voidPromise());
    link.channel().flush();
    Relaying relaying = new Relaying(session, link, true, new HeldBytes());
    relaying.firstByteDue = true;
    return relaying;
  }

  Activity activity() {
    return activity;
  }

  @Override
  void enter() {
    link.lease().answered();
    SessionServices services = session.services();
    SessionRecord record = session.record();
    services.metrics().queueWaited(services.backend().name(), record.waitedNanos);
    services
        .metrics()
        .connected(services.backend().name(), link.server().name(), record.connectNanos);
    int bytesSoFar = Math.toIntExact(record.bytesIn - record.bytesForProxy);
    serverTraffic.in(bytesSoFar);
    backendTraffic.in(bytesSoFar);
    session.reader().clear();
    session.standing().claim().activity(activity);
    session.standing().claim().served(link.server().name());
    session.client().config().setAutoRead(true);
    watch.start();
    if (!reply.isEmpty()) {
      onServerBytes(DirectCopy.of(session.client(), reply.copy()));
    }
  }

  @Override
  void exit(SessionState next) {
    forgetKey();
    relay.end();
    super.exit(next);
  }

  @Override
  void onClientBytes(ByteBuf chunk) {
    int bytes = chunk.readableBytes();
    serverTraffic.in(bytes);
    backendTraffic.in(bytes);
    watch.touched();
    if (!opaque) {
      terminated = endsWithTerminate(chunk);
      if (activity != Activity.BUSY) {
        turn(Activity.BUSY);
        watch.active();
        firstRow.asked();
      }
    }
    relay.toServer(chunk);
  }

  @Override
  void onClientReadComplete() {
    relay.clientReadComplete();
  }

  @Override
  void onServerBytes(ByteBuf chunk) {
    if (firstByteDue) {
      firstByteDue = false;
      countFirstByte(System.nanoTime() - sinceNanos);
    }
    int bytes = chunk.readableBytes();
    session.record().bytesOut += bytes;
    session.services().traffic().traffic().out(bytes);
    serverTraffic.out(bytes);
    backendTraffic.out(bytes);
    watch.touched();
    if (!opaque) {
      peek(chunk);
    }
    relay.toClient(chunk);
  }

  @Override
  void onServerReadComplete() {
    relay.serverReadComplete();
  }

  @Override
  void onWritabilityChanged() {
    relay.resume();
  }

  @Override
  void onClientEnd(boolean reset) {
    if (reset && terminated) {
      // It may not have waited for the answer to its close_notify.
      session.transition(new Closed(session, CloseReason.NORMAL));
    } else if (reset) {
      link.abort();
      session.transition(new Closed(session, CloseReason.CLIENT_ABORTED));
    } else {
      relay.clientEnded(terminated);
      watch.clientEnded();
    }
  }

  /** Whether nothing waits here for either side. */
  boolean drained() {
    return relay.drained();
  }

  @Override
  void onServerEnd(boolean reset) {
    // Before the first ReadyForQuery a server closes after it has said why.
    boolean expected = terminated || session.clientEnded() || (!opaque && !keys.finished());
    if (reset && !expected && !relay.clientIsBehind()) {
      session.transition(Closed.withReset(session, CloseReason.SERVER_CLOSED));
    } else {
      session.transition(
          new Closed(session, expected ? CloseReason.NORMAL : CloseReason.SERVER_CLOSED));
    }
  }

  @Override
  void onStop(CloseReason reason) {
    end(reason, Refusals.terminated(reason));
  }

  @Override
  void onEvicted() {
    onStop(CloseReason.MAINTENANCE);
  }

  void timedOut(CloseReason reason, Duration limit) {
    end(reason, Refusals.idle(limit));
  }

  /**
   * The client is told only where the server's side of the conversation is between two messages.
   * Before the end of authentication it is refused: see {@link Refusals}.
   */
  private void end(CloseReason reason, ErrorResponse error) {
    boolean tell =
        keys.finished() ? betweenTurns && asynchronous.atBoundary() : keys.atBoundary() && !opaque;
    ErrorResponse said = keys.finished() ? error : Refusals.early(error);
    session.transition(new Closed(session, reason, tell ? said.encode() : new byte[0]));
  }

  /** PostgreSQL sends one; of several, a client takes the last for its own. */
  private void forgetKey() {
    if (key != null) {
      session.services().cancelKeys().remove(key, link.lease());
      key = null;
    }
  }

  private void peek(ByteBuf chunk) {
    firstRow.answered();
    if (!keys.finished()) {
      CancelKey found = keys.scan(chunk);
      if (found != null) {
        forgetKey();
        key = found;
        session.services().cancelKeys().put(found, link.lease());
      }
    }
    switch (tail.next(chunk)) {
      case IDLE -> ready(Activity.IDLE);
      case IN_TRANSACTION -> ready(Activity.IN_TRANSACTION);
      case NOT_READY -> {
        betweenTurns = betweenTurns && asynchronous.next(chunk);
        if (!betweenTurns && activity != Activity.BUSY) {
          turn(Activity.BUSY);
          watch.active();
        }
      }
    }
  }

  private void ready(Activity now) {
    asynchronous.reset();
    betweenTurns = true;
    firstRow.ready();
    turn(now);
  }

  private void turn(Activity now) {
    if (activity != now) {
      activity = now;
      session.standing().claim().activity(now);
    }
  }

  private static boolean endsWithTerminate(ByteBuf chunk) {
    int end = chunk.writerIndex();
    return chunk.readableBytes() >= 5
        && chunk.getByte(end - 5) == 'X'
        && chunk.getInt(end - 4) == Integer.BYTES;
  }
}
