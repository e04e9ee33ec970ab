package org.pgdeeplake.proxy.admin;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who has shown wrong credentials, and how often: {@link #BURST} times in a row are free, then one
 * each {@link #PACE}. Each address counts for itself, so nobody is kept out by somebody elsewhere;
 * an IPv6 client has a whole /64. Any thread.
 */
final class FailedLogins {
  static final int BURST = 10;
  static final Duration PACE = Duration.ofSeconds(6);

  /** Of addresses; the one that failed longest ago is forgotten first. */
  private static final int REMEMBERED = 1000;

  private static final long LOG_PAUSE_NANOS = Duration.ofSeconds(10).toNanos();
  private static final Logger log = LoggerFactory.getLogger(FailedLogins.class);

  private final LongSupplier clock;

  /** Until when the failures of an address last; each one lasts for {@link #PACE}. */
  private final Map<String, Long> paidNanos = new LinkedHashMap<>();

  private int unlogged;
  private long lastLogNanos;

  FailedLogins(LongSupplier nanoClock) {
    this.clock = nanoClock;
    this.lastLogNanos = nanoClock.getAsLong() - LOG_PAUSE_NANOS;
  }

  /** How long this address must wait before its credentials are looked at; zero: not at all. */
  synchronized Duration pause(InetAddress client) {
    Long paid = paidNanos.get(key(client));
    long over = paid == null ? 0 : paid - clock.getAsLong() - (BURST - 1) * PACE.toNanos();
    return over <= 0 ? Duration.ZERO : Duration.ofNanos(over);
  }

  synchronized void failed(InetAddress client) {
    long now = clock.getAsLong();
    String key = key(client);
    Long paid = paidNanos.remove(key);
    long from = paid == null || paid - now < 0 ? now : paid;
    paidNanos.put(key, from + PACE.toNanos());
    if (paidNanos.size() > REMEMBERED) {
      paidNanos.remove(paidNanos.keySet().iterator().next());
    }
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

  private static String key(InetAddress client) {
    byte[] address = client.getAddress();
    return HexFormat.of()
        .formatHex(client instanceof Inet6Address ? Arrays.copyOf(address, 8) : address);
  }
}
