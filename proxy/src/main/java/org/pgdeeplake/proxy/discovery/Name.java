package org.pgdeeplake.proxy.discovery;

import io.netty.channel.EventLoop;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is known of one name: its last good answer, for as long as nobody has said otherwise. At
 * most one lookup runs at a time; whoever asks meanwhile has it in common. Confined to its event
 * loop but for {@link #secondsSinceGood}.
 */
final class Name {
  private static final Logger log = LoggerFactory.getLogger(Name.class);

  /** What a longer life of an answer counts for: instances move sooner than that. */
  private static final Duration MAX_TTL = Duration.ofSeconds(30);

  /** How long a lookup may hold up who could go on with the last good answer. */
  private static final Duration GRACE = Duration.ofMillis(100);

  /** An answer that is no older is not doubted. */
  private static final Duration MIN_AGE = Duration.ofMillis(100);

  /** Unasked for so long, nobody has use for it any more. */
  private static final Duration USEFUL = Duration.ofMinutes(10);

  /**
   * @param addresses empty: none is known
   * @param silence why nobody has answered; null: somebody has
   * @param next when the next lookup is due if nobody waits
   */
  record Known(List<InetAddress> addresses, @Nullable String silence, Duration next) {}

  private final String host;
  private final NameServer server;
  private final EventLoop loop;
  private final LookupFigures figures;
  private final Runnable moved;

  private List<InetAddress> addresses = List.of();
  private Duration interval = Duration.ZERO;
  private Answer last = new Answer.Silence("not asked yet");
  private long endedNanos;
  private long startedNanos;
  private boolean running;
  private boolean doubted;
  private boolean hadAddresses;
  private @Nullable Long emptySinceNanos;
  private List<Waiter> waiters = new ArrayList<>();

  private volatile long askedNanos = System.nanoTime();
  private volatile long goodNanos;
  private volatile boolean good;

  /**
   * @param moved called when its addresses have become others, on the loop
   */
  Name(String host, NameServer server, EventLoop loop, LookupFigures figures, Runnable moved) {
    this.host = host;
    this.server = server;
    this.loop = loop;
    this.figures = figures;
    this.moved = moved;
  }

  /** Who asked and was not told yet. */
  private static final class Waiter {
    private final boolean any;
    private @Nullable Consumer<Known> whenDone;

    Waiter(boolean any, Consumer<Known> whenDone) {
      this.any = any;
      this.whenDone = whenDone;
    }

    void tell(Known known) {
      Consumer<Known> told = whenDone;
      whenDone = null;
      if (told != null) {
        told.accept(known);
      }
    }
  }

  /**
   * @param interval as of {@code NameLookup}
   * @param maxAge of the answer, for whom somebody waits; null: as old as it may be
   * @param any whether one address will do, if it is only the last known one
   */
  void ask(Duration interval, @Nullable Duration maxAge, boolean any, Consumer<Known> whenDone) {
    this.interval = interval;
    askedNanos = System.nanoTime();
    if (!running && does(maxAge)) {
      whenDone.accept(known());
      return;
    }
    Waiter waiter = new Waiter(any, whenDone);
    waiters.add(waiter);
    boolean silent = last instanceof Answer.Silence;
    if (!running) {
      running = true;
      // What is doubted while it runs is asked for once more: a part of its answer may be out
      // already.
      doubted = false;
      startedNanos = System.nanoTime();
      server.ask(host, this::early, this::ended);
    }
    if (any && !addresses.isEmpty()) {
      if (silent) {
        waiter.tell(known());
      } else {
        var _ = loop.schedule(() -> waiter.tell(known()), GRACE.toNanos(), TimeUnit.NANOSECONDS);
      }
    }
  }

  /** Nobody was found where it said: its life is over, if it is not quite new. */
  void doubt() {
    doubted = true;
  }

  /** Whether the last answer does; that there is nobody, only where nobody waits. */
  private boolean does(@Nullable Duration maxAge) {
    long age = System.nanoTime() - endedNanos;
    return switch (last) {
      case Answer.Found found -> age < life(found, maxAge).toNanos();
      case Answer.None() -> maxAge == null && age < interval.toNanos();
      case Answer.Silence _ -> false;
    };
  }

  private Duration life(Answer.Found found, @Nullable Duration maxAge) {
    if (maxAge != null) {
      return maxAge;
    }
    return doubted ? MIN_AGE : max(interval, min(found.ttl(), MAX_TTL));
  }

  private static Duration max(Duration a, Duration b) {
    return a.compareTo(b) > 0 ? a : b;
  }

  private static Duration min(Duration a, Duration b) {
    return a.compareTo(b) < 0 ? a : b;
  }

  private Known known() {
    return switch (last) {
      case Answer.Found found -> new Known(addresses, null, life(found, null));
      case Answer.None() -> new Known(addresses, null, interval);
      case Answer.Silence(String reason) -> new Known(addresses, reason, interval);
    };
  }

  private void early(List<InetAddress> found) {
    waiters.stream()
        .filter(waiter -> waiter.any)
        .forEach(waiter -> waiter.tell(new Known(found, null, interval)));
  }

  private void ended(Answer answer) {
    running = false;
    endedNanos = System.nanoTime();
    figures.ended(answer, endedNanos - startedNanos);
    List<InetAddress> before = addresses;
    boolean wasSilent = last instanceof Answer.Silence;
    last = answer;
    switch (answer) {
      case Answer.Found found -> {
        addresses = found.whole() ? found.addresses() : withOtherFamily(found.addresses());
        goodNanos = endedNanos;
        good = true;
        emptySinceNanos = null;
      }
      case Answer.None() -> none();
      case Answer.Silence _ -> {}
    }
    tellChange(before, wasSilent);
    List<Waiter> told = waiters;
    waiters = new ArrayList<>();
    told.forEach(waiter -> waiter.tell(known()));
  }

  /** The family that was not answered stays as it was. */
  private List<InetAddress> withOtherFamily(List<InetAddress> found) {
    boolean ipv4 = found.stream().anyMatch(Inet4Address.class::isInstance);
    boolean ipv6 = found.stream().anyMatch(address -> !(address instanceof Inet4Address));
    List<InetAddress> all = new ArrayList<>(found);
    addresses.stream()
        .filter(known -> known instanceof Inet4Address ? !ipv4 : !ipv6)
        .forEach(all::add);
    return List.copyOf(all);
  }

  /** One answer may be a blip, as of a name server that has just started. */
  private void none() {
    if (addresses.isEmpty()) {
      return;
    }
    if (emptySinceNanos == null) {
      emptySinceNanos = endedNanos;
    } else if (endedNanos - emptySinceNanos >= interval.toNanos()) {
      addresses = List.of();
    }
  }

  private void tellChange(List<InetAddress> before, boolean wasSilent) {
    boolean silent = last instanceof Answer.Silence;
    if (silent && !wasSilent && !before.isEmpty()) {
      log.warn("no answer for the name {}: it stays at {}", host, shown(before));
    } else if (!silent && wasSilent && good && !before.isEmpty()) {
      log.info("the name {} is answered again", host);
    }
    if (new HashSet<>(before).equals(new HashSet<>(addresses))) {
      return;
    }
    if (addresses.isEmpty()) {
      log.info("the name {} has no address any more; it was at {}", host, shown(before));
    } else if (!before.isEmpty()) {
      log.info("the name {} is at {}; it was at {}", host, shown(addresses), shown(before));
      moved.run();
    } else if (hadAddresses) {
      log.info("the name {} is at {} again", host, shown(addresses));
    }
    hadAddresses |= !addresses.isEmpty();
  }

  private static String shown(List<InetAddress> addresses) {
    return addresses.stream().map(InetAddress::getHostAddress).collect(Collectors.joining(", "));
  }

  /** Since the last good answer; negative: there was none, or nobody asks any more. Any thread. */
  double secondsSinceGood() {
    return good && useful() ? (System.nanoTime() - goodNanos) / 1e9 : -1;
  }

  /** Any thread. */
  boolean useful() {
    return System.nanoTime() - askedNanos < USEFUL.toNanos();
  }
}
