package org.pgdeeplake.proxy.peers;

import java.net.InetAddress;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.proxy.config.PeersConfig;
import org.pgdeeplake.proxy.config.Secret;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Lets peers in: who has the secret, at about the same time, once for each request. Any thread. */
public final class PeerDoor {
  /** Clocks may differ by so much. */
  static final Duration SKEW = Duration.ofSeconds(30);

  /** Only who has the secret can fill them. */
  private static final int MAX_NONCES = 100_000;

  private static final int MAX_LOGGED = 64;
  private static final Duration LOG_AGAIN = Duration.ofHours(1);
  private static final Logger log = LoggerFactory.getLogger(PeerDoor.class);

  private final Supplier<PeersConfig> config;
  private final LongSupplier seconds;
  private final LongAdder refused = new LongAdder();

  /** Nonces to the second in which they are good no more. */
  private final Map<String, Long> used = new LinkedHashMap<>();

  /** Addresses whose refusal the log knows, and the second since which it does. */
  private final Map<InetAddress, Long> logged = new HashMap<>();

  /**
   * @param config that runs now
   * @param seconds since 1970
   */
  PeerDoor(Supplier<PeersConfig> config, LongSupplier seconds) {
    this.config = config;
    this.seconds = seconds;
  }

  /** What becomes of a request. */
  public sealed interface Verdict {
    /** There are no peers, and no such path. */
    record Off() implements Verdict {}

    /**
     * @param nonce with which the answer is signed
     */
    record Enter(String nonce) implements Verdict {}

    record Refused(String why) implements Verdict {}
  }

  /**
   * @param uri with its query
   * @param authorization the header
   */
  public Verdict check(
      String method, String uri, String body, @Nullable String authorization, InetAddress from) {
    PeersConfig now = config.get();
    Secret secret = now.secret();
    if (!now.on() || secret == null) {
      return new Verdict.Off();
    }
    Authorization shown =
        authorization == null ? null : Authorization.parse(authorization).orElse(null);
    if (shown == null) {
      return refuse(from, "this is for peers, which show that they have the secret");
    }
    if (!shown.signs(new Signature(secret), method, uri, body)) {
      return refuse(from, "its secret is another one; proxy.peers.secret must be the same on all");
    }
    if (Math.abs(shown.time() - seconds.getAsLong()) > SKEW.toSeconds()) {
      return refuse(from, "its clock differs by more than " + SKEW.toSeconds() + " s");
    }
    if (!first(shown)) {
      return refuse(from, "the same request has come before");
    }
    return new Verdict.Enter(shown.nonce());
  }

  private synchronized boolean first(Authorization shown) {
    long now = seconds.getAsLong();
    // They expire in about the order in which they came.
    var oldest = used.values().iterator();
    while (oldest.hasNext() && oldest.next() < now) {
      oldest.remove();
    }
    return used.size() < MAX_NONCES
        && used.putIfAbsent(shown.nonce(), now + 2 * SKEW.toSeconds()) == null;
  }

  private Verdict refuse(InetAddress from, String why) {
    refused.increment();
    boolean news;
    synchronized (this) {
      // Not until it is right: several may share an address.
      long now = seconds.getAsLong();
      logged.values().removeIf(since -> now - since >= LOG_AGAIN.toSeconds());
      news = logged.size() < MAX_LOGGED && logged.putIfAbsent(from, now) == null;
    }
    if (news) {
      log.warn("a peer at {} is refused: {}", from.getHostAddress(), why);
    }
    return new Verdict.Refused(why);
  }

  long refused() {
    return refused.sum();
  }
}
