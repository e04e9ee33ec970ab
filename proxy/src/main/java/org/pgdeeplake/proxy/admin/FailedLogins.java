package org.pgdeeplake.proxy.admin;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.InetAddress;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;
import org.pgdeeplake.proxy.net.ClientKey;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who has shown wrong credentials, and how often: {@link #BURST} times in a row are free, then one
 * each {@link #PACE}. Each address counts for itself, so nobody is kept out by somebody elsewhere;
 * an IPv6 client has a whole /64. Behind one address there may be many (NAT): who was right within
 * {@link #TRUST} with the same credentials need not wait, and the same wrong ones again are no
 * guess, so that a script with an old password keeps nobody out. Any thread.
 */
final class FailedLogins {
  static final int BURST = 10;
  static final Duration PACE = Duration.ofSeconds(6);
  static final Duration TRUST = Duration.ofHours(12);

  /** Of addresses, and of credentials; the one from longest ago is forgotten first. */
  private static final int REMEMBERED = 1000;

  private static final long LOG_PAUSE_NANOS = Duration.ofSeconds(10).toNanos();
  private static final Logger log = LoggerFactory.getLogger(FailedLogins.class);

  /**
   * @param untilNanos each failure lasts for {@link #PACE}
   * @param last what was wrong, hashed
   */
  private record Failures(long untilNanos, String last) {}

  private final LongSupplier clock;

  /** Of each address. */
  private final Map<String, Failures> failures = new LinkedHashMap<>();

  /** When an address was right with these credentials. */
  private final Map<String, Long> right = new LinkedHashMap<>();

  private long total;
  private int unlogged;
  private long lastLogNanos;

  FailedLogins(LongSupplier nanoClock) {
    this.clock = nanoClock;
    this.lastLogNanos = nanoClock.getAsLong() - LOG_PAUSE_NANOS;
  }

  /** Since the start. */
  synchronized long total() {
    return total;
  }

  /**
   * How long this address must wait before its credentials are looked at; zero: not at all.
   *
   * @param given the header that has them
   */
  synchronized Duration pause(InetAddress client, String given) {
    String owner = ClientKey.of(client);
    long now = clock.getAsLong();
    Long since = right.get(of(owner, given));
    Failures own = failures.get(owner);
    if (own == null || (since != null && now - since < TRUST.toNanos())) {
      return Duration.ZERO;
    }
    long over = own.untilNanos() - now - (BURST - 1) * PACE.toNanos();
    return over <= 0 ? Duration.ZERO : Duration.ofNanos(over);
  }

  /** They were right. Ends the row of failures, but not each time: a guesser may be a neighbour. */
  synchronized void succeeded(InetAddress client, String given) {
    String owner = ClientKey.of(client);
    if (right.remove(of(owner, given)) == null) {
      failures.remove(owner);
    }
    remember(right, of(owner, given), clock.getAsLong());
  }

  synchronized void failed(InetAddress client, String given) {
    long now = clock.getAsLong();
    String owner = ClientKey.of(client);
    String credentials = of(owner, given);
    right.remove(credentials);
    Failures own = failures.remove(owner);
    long from = own == null || own.untilNanos() - now < 0 ? now : own.untilNanos();
    boolean again = own != null && own.last().equals(credentials);
    remember(failures, owner, new Failures(again ? from : from + PACE.toNanos(), credentials));
    total++;
    tell(client, now);
  }

  private void tell(InetAddress client, long now) {
    unlogged++;
    if (now - lastLogNanos >= LOG_PAUSE_NANOS) {
      log.warn(
          "admin: wrong user or password from {}{}",
          client.getHostAddress(),
          unlogged == 1 ? "" : "; " + unlogged + " times from all addresses since the last line");
      unlogged = 0;
      lastLogNanos = now;
    }
  }

  private static <T> void remember(Map<String, T> things, String key, T thing) {
    things.put(key, thing);
    if (things.size() > REMEMBERED) {
      things.remove(things.keySet().iterator().next());
    }
  }

  /** Hashed, so that passwords that were typed wrong are not kept. */
  private static String of(String owner, String given) {
    try {
      byte[] both = (owner + " " + given).getBytes(UTF_8);
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(both));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
