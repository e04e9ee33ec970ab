package org.pgdeeplake.proxy.session;

import io.netty.buffer.ByteBuf;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.proxy.backend.CancelDelivery;
import org.pgdeeplake.proxy.backend.Destination;
import org.pgdeeplake.proxy.backend.Lease;
import org.pgdeeplake.proxy.backend.ProxyHeader;
import org.pgdeeplake.proxy.backend.Server;
import org.pgdeeplake.proxy.demand.NoWake;
import org.pgdeeplake.proxy.postgres.CancelKey;

/**
 * Takes a CancelRequest to the server that issued its key. Where nobody here remembers the key, the
 * other replicas are asked; where none of them does, it goes to every server that is up. It neither
 * queues nor wakes nor counts against a limit. The client's connection stays open until the server
 * has closed its own: a client that goes on when the connection closes must not have its next query
 * cancelled.
 */
final class Cancelling extends SessionState {
  private final CancelKey key;
  private final byte[] packet;
  private final List<CancelDelivery> deliveries = new ArrayList<>();
  private @Nullable CompletableFuture<Boolean> elsewhere;
  private int open;

  /** How it was done, for the metrics. */
  private String way = "forwarded";

  /** It has the place of an unknown key. */
  private boolean unknown;

  Cancelling(Session session, CancelKey key, byte[] packet) {
    super(session);
    this.key = key;
    this.packet = packet;
  }

  @Override
  void enter() {
    session.end().noWake(NoWake.CANCEL_REQUEST);
    SessionServices services = session.services();
    services.sessions().cancelBegins();
    Duration limit = services.backend().config().timeouts().connect();
    @Nullable Lease target = services.cancelKeys().lease(key);
    if (target != null) {
      session.startTimer(limit.toNanos(), this::done);
      deliver(List.of(target.destination(true, Connecting.header(session))));
      return;
    }
    unknown = services.cancelKeys().beginBroadcast();
    if (!unknown) {
      done();
      return;
    }
    CompletableFuture<Boolean> asked = services.cancelKeys().cancelElsewhere(key);
    elsewhere = asked;
    if (asked.isDone()) {
      answered(asked.getNow(false));
    } else {
      var _ =
          asked.handle((known, problem) -> {
            session.loop().execute(() -> session.guarded(() -> answered(problem == null && known)));
            return null;
          });
    }
  }

  /** Another replica has done it, or none knows the key. */
  private void answered(boolean known) {
    if (session.state() != this) {
      return;
    }
    elsewhere = null;
    if (known) {
      way = "peer";
      end(true);
      return;
    }
    way = "broadcast";
    Duration limit = session.services().backend().config().timeouts().connect();
    session.startTimer(limit.toNanos(), this::done);
    deliver(everyServer(Connecting.header(session)));
  }

  private void deliver(List<Destination> targets) {
    SessionServices services = session.services();
    open = targets.size();
    if (open == 0) {
      done();
      return;
    }
    Duration limit = services.backend().config().timeouts().connect();
    for (Destination destination : targets) {
      deliveries.add(
          CancelDelivery.begin(
              services.connector(),
              destination,
              session.loop(),
              limit,
              packet,
              _ -> session.guarded(this::oneDone)));
    }
  }

  private List<Destination> everyServer(ProxyHeader header) {
    return session.services().backends().stream()
        .flatMap(backend -> backend.servers().stream())
        .filter(Server::up)
        .map(server -> server.destination(true, header))
        .toList();
  }

  private void oneDone() {
    open--;
    if (open == 0 && session.state() == this) {
      done();
    }
  }

  private void done() {
    end(deliveries.stream().anyMatch(CancelDelivery::delivered));
  }

  private void end(boolean delivered) {
    session.services().metrics().cancel(delivered ? way : "failed");
    session.transition(new Closed(session, CloseReason.NORMAL));
  }

  @Override
  void exit(SessionState next) {
    session.services().sessions().cancelEnds();
    if (unknown) {
      session.services().cancelKeys().broadcastDone();
    }
    if (elsewhere != null) {
      elsewhere.cancel(false);
    }
    deliveries.forEach(CancelDelivery::cancel);
  }

  @Override
  void onClientBytes(ByteBuf chunk) {
    chunk.release();
  }

  /** The request is delivered whether or not its sender waits. */
  @Override
  void onClientEnd(boolean reset) {}

  @Override
  void onStop(CloseReason reason) {
    done();
  }
}
