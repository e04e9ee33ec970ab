package org.pgdeeplake.proxy.traffic;

import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;

/** TLS of the whole process: its handshakes and its live connections. Any thread. */
public final class TlsTraffic {
  private final Consumer<Handshake> observer;
  private final AtomicInteger current = new AtomicInteger();
  private final LongAdder total = new LongAdder();
  private final LongAdder lookups = new LongAdder();
  private final LongAdder misses = new LongAdder();
  private final SessionRate accepted = new SessionRate();
  private final SessionRate frontendKeys = new SessionRate();
  private final SessionRate frontendResumed = new SessionRate();
  private final SessionRate backendKeys = new SessionRate();

  /** Who the other end of a connection is. */
  public enum Side {
    /** A client. */
    FRONTEND,
    /** A server. */
    BACKEND,
    /** Whoever asks for the demand over gRPC. */
    SCALER;

    public String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** How a handshake ended. */
  public enum Result {
    /** With new keys. */
    FULL,
    /** With those of an earlier session. */
    RESUMED,
    FAILED;

    public String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * A handshake that has ended.
   *
   * @param proxy the frontend or backend
   * @param version as {@code TLSv1.3}; {@link #NO_VERSION} where it failed
   * @param nanos since the proxy was ready for it
   */
  public record Handshake(String proxy, Side side, Result result, String version, long nanos) {
    public static final String NO_VERSION = "none";
  }

  /**
   * @param observer is told of every handshake
   */
  public TlsTraffic(Consumer<Handshake> observer) {
    this.observer = observer;
  }

  /** A handshake begins; {@link #closed} follows. */
  public void opened(Side side) {
    current.incrementAndGet();
    total.increment();
    if (side == Side.FRONTEND) {
      accepted.tick(System.nanoTime());
    }
  }

  /**
   * @param offered whether the client, of a frontend, asked for an earlier session
   */
  public void ended(Handshake handshake, boolean offered) {
    long now = System.nanoTime();
    Result result = handshake.result();
    if (handshake.side() == Side.BACKEND) {
      if (result == Result.FULL) {
        backendKeys.tick(now);
      }
    } else if (handshake.side() == Side.FRONTEND && result != Result.FAILED) {
      (result == Result.FULL ? frontendKeys : frontendResumed).tick(now);
      if (offered) {
        lookups.increment();
        if (result == Result.FULL) {
          misses.increment();
        }
      }
    }
    observer.accept(handshake);
  }

  public void closed() {
    current.decrementAndGet();
  }

  /** Connections with TLS of the proxy's own, of both sides. */
  public int current() {
    return current.get();
  }

  public long total() {
    return total.sum();
  }

  /** Handshakes in which a client asked for an earlier session. */
  public long lookupsTotal() {
    return lookups.sum();
  }

  /** Those of them that did not get it. */
  public long missesTotal() {
    return misses.sum();
  }

  /** Connections of clients. */
  public SessionRate accepted() {
    return accepted;
  }

  /** Full handshakes with clients. */
  public SessionRate frontendKeys() {
    return frontendKeys;
  }

  /** Full handshakes with servers. */
  public SessionRate backendKeys() {
    return backendKeys;
  }

  /** Of the handshakes with clients in the last second, how many needed no new keys; 0 to 100. */
  public double reusePercent() {
    int reused = frontendResumed.perSecond();
    int all = reused + frontendKeys.perSecond();
    return all == 0 ? 0 : 100.0 * reused / all;
  }
}
