package org.pgdeeplake.proxy.admin;

import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.pgdeeplake.proxy.config.PeersConfig;
import org.pgdeeplake.proxy.peers.PeerLines;
import org.pgdeeplake.proxy.peers.Peers;
import org.pgdeeplake.proxy.peers.SeenPeer;

/** What the other replicas read and ask, and what operators see of them. On the admin loop. */
final class PeerRoutes {
  static final String OFF = "there are no peers; proxy.peers.dns names them";
  private static final String FROM = "from";

  private final Peers peers;

  /**
   * The stream of each reader, by its instance and link. One that comes again has lost its last
   * stream, which would otherwise live until TCP gives up.
   */
  private final Map<String, Reader> readers = new HashMap<>();

  PeerRoutes(Peers peers) {
    this.peers = peers;
  }

  /** Who reads. */
  private record Reader(Lines lines, Runnable breakOff) {}

  Lines lines(Request request) {
    String from = request.query(Set.of(FROM)).getOrDefault(FROM, "");
    if (!from.matches("[0-9a-f-]{1,64}")) {
      throw new Refusal(HttpResponseStatus.BAD_REQUEST, "who reads? write ?from=instance-link");
    }
    if (readers.size() >= PeersConfig.MAX && !readers.containsKey(from)) {
      throw new Refusal(HttpResponseStatus.SERVICE_UNAVAILABLE, "too many peers read already");
    }
    PeerLines signed = peers.lines(request.user());
    return new Lines() {
      @Override
      public String next() {
        return signed.line();
      }

      @Override
      public void opened(Runnable changed, Runnable breakOff) {
        Reader last = readers.put(from, new Reader(this, breakOff));
        if (last != null) {
          last.breakOff().run();
        }
        signed.listen(changed);
      }

      @Override
      public void closed(Runnable changed) {
        signed.leave(changed);
        Reader reader = readers.get(from);
        if (reader != null && reader.lines() == this) {
          readers.remove(from);
        }
      }

      @Override
      public String last() {
        return signed.bye();
      }
    };
  }

  CompletableFuture<Reply> cancel(Request request) {
    CompletableFuture<Boolean> known = peers.cancelHere(request.body());
    CompletableFuture<Reply> reply =
        known.thenApply(
            yes -> Reply.json(new JsonWriter().open().put("cancelled", yes).close().text()));
    // Who asked has gone, and asked elsewhere meanwhile.
    var _ = reply.whenComplete((answer, problem) -> known.cancel(false));
    return reply;
  }

  /** With none where peers are off. */
  Reply list(Request request) {
    request.query(Set.of());
    JsonWriter json =
        new JsonWriter()
            .open()
            .put("instance", peers.instance())
            .put("name", peers.name())
            .openArray("peers");
    for (SeenPeer peer : peers.seen()) {
      json.openElement()
          .put("instance", peer.instance())
          .put("name", peer.name())
          .put("address", peer.address().getHostString() + ":" + peer.address().getPort())
          .put("state", peer.up() ? "up" : "silent")
          .put("ageSeconds", peer.ageSeconds())
          .put("demand", peer.demand())
          .put("sessions", peer.sessions())
          .close();
    }
    return Reply.json(json.closeArray().close().text());
  }
}
