package org.pgdeeplake.proxy.backend;

import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.proxy.config.BackendConfig;
import org.pgdeeplake.proxy.tls.TlsConnector;
import org.pgdeeplake.proxy.traffic.Traffic;
import org.pgdeeplake.proxy.wake.Wake;
import org.pgdeeplake.proxy.wake.WakeListener;

/**
 * The servers that share one queue. It alone decides who gets which server.
 *
 * <p>Any thread. Everything that changes is in its {@link Ledger}, under one lock; so there is no
 * moment in which a slot is free and a waiter that could take it is not seen. Waiters are told
 * after the lock is released. What changes it: sessions here and by their {@link Lease}, checks by
 * {@link Findings}, operators by {@link Administration}.
 */
public final class Backend {
  /** Between two rounds of attempts that all failed, as HAProxy's turn-around. */
  private static final long MAX_TURNAROUND_NANOS = TimeUnit.SECONDS.toNanos(1);

  /** What a session hears when it asks for a server. */
  public enum Admission {
    /** {@link Waiter#assigned} is called, now or later. */
    WAITING,
    /** As waiting, but the waiter must call {@link #retryWaiters} when its pause is over. */
    PAUSED,
    QUEUE_FULL,
    CLIENT_LIMIT
  }

  private final Traffic traffic = new Traffic();
  private final StateLog stateLog;
  private final Ledger ledger;
  private final Probes probes;
  private final Administration administration;
  private final Findings findings;

  /** Whose servers are spoken to in plain text. */
  public Backend(BackendConfig config) {
    this(config, null);
  }

  /**
   * @param tls with its servers; null: plain text
   */
  public Backend(BackendConfig config, @Nullable TlsConnector tls) {
    this.stateLog = new StateLog(config.name());
    this.ledger = new Ledger(this, config, counted(tls));
    this.probes = new Probes(ledger.lineup());
    this.administration = new Administration(ledger, probes, stateLog);
    this.findings = new Findings(ledger, probes, stateLog);
  }

  private @Nullable TlsConnector counted(@Nullable TlsConnector tls) {
    return tls == null ? null : tls.telling(traffic::handshake);
  }

  /**
   * Takes over another configuration. Servers of the same name stay what they are, with their
   * sessions, counters and health; one whose address is another is checked before anybody is sent
   * there. Servers that are gone take nobody any more and keep their sessions. Waiters stay, and
   * each keeps the limit of its wait until it gets in line again.
   */
  public void reconfigure(BackendConfig next, @Nullable TlsConnector tls) {
    TlsConnector counted = counted(tls);
    ledger.change((facts, news) -> {
      boolean wasUp = facts.availability.up();
      facts.reconfigure(next, counted);
      facts.settle(news);
      if (wasUp && !facts.availability.up()) {
        news.line(stateLog::noneLeft);
      }
    });
  }

  Ledger ledger() {
    return ledger;
  }

  /** What is wanted of it and of its servers. */
  public Administration administration() {
    return administration;
  }

  /** What becomes known of its servers. */
  public Findings findings() {
    return findings;
  }

  /** How more is found out about its servers. */
  public Probes probes() {
    return probes;
  }

  /** Set once, before the first session. */
  public void tellWakes(WakeListener listener) {
    ledger.change((facts, news) -> facts.wakes.tell(listener));
  }

  /**
   * Set once, before the first session.
   *
   * @param linger how long a wake goes on without anybody who waits
   */
  public void lingerWakes(Supplier<Duration> linger) {
    ledger.change((facts, news) -> facts.wakes.linger(linger));
  }

  public BackendConfig config() {
    return ledger.lineup().config();
  }

  public String name() {
    return config().name();
  }

  public List<Server> servers() {
    return ledger.lineup().servers();
  }

  public Traffic traffic() {
    return traffic;
  }

  /** How often a server was chosen, servers that are gone included. */
  public long leasesTotal() {
    return ledger.read(facts -> facts.dispatcher.leasesTotal());
  }

  /** Sessions that wait for a server. */
  public int queued() {
    return ledger.count(facts -> facts.dispatcher.queued());
  }

  public int maxQueued() {
    return ledger.count(facts -> facts.dispatcher.maxQueued());
  }

  /** Slots taken over all servers. */
  public int assigned() {
    return ledger.count(facts -> facts.dispatcher.assigned());
  }

  /**
   * Queued or assigned, counted in one moment: a session on its way to a server is never missed.
   */
  public int sessions() {
    return ledger.count(facts -> facts.dispatcher.assigned() + facts.dispatcher.queued());
  }

  /** The most that were queued or assigned at once. */
  public int maxSessions() {
    return ledger.count(facts -> facts.dispatcher.maxSessions());
  }

  /** Everybody who waits or holds a slot, in one moment. */
  public List<Waiter> members() {
    return ledger.read(facts -> facts.dispatcher.members());
  }

  /** Every slot of that server that is taken, in one moment. */
  public List<Lease> leases(Server server) {
    return ledger.read(facts -> server.standing().slots.leases());
  }

  /** Servers that are up and may have sessions. */
  public int activeServers() {
    return ledger.count(facts -> facts.lineup.active());
  }

  /** It is up while a server is active. */
  public Uptime uptime() {
    return ledger.read(facts -> facts.availability.uptime());
  }

  /** The last starts, the newest first; at most 100. */
  public List<Wake> wakes() {
    return ledger.decide((facts, news) -> facts.wakes.seen());
  }

  /** Whether somebody waits for the first server, and nobody was answered yet. */
  public boolean waking() {
    return ledger.decide((facts, news) -> facts.wakes.waking());
  }

  /**
   * @param counts whether the session is demand
   */
  public Ticket ticket(Waiter waiter, InetAddress client, boolean counts) {
    return new Ticket(waiter, client, counts, System.nanoTime());
  }

  /**
   * Gets in line, or back into it after a failed attempt: to the old place, and never refused then.
   */
  public Admission enter(Ticket ticket) {
    return ledger.decide((facts, news) -> {
      Admission admission = facts.dispatcher.admit(ticket);
      if (!facts.availability.up() || facts.wakes.deserted()) {
        facts.dispatcher.wantServer(ticket);
      }
      facts.match(news);
      if (facts.dispatcher.queued() == 1) {
        news.then(probes::all);
      }
      return admission;
    });
  }

  /** Gets out of line. A lease that is already on its way must be closed by who receives it. */
  public void leave(Ticket ticket) {
    ledger.change((facts, news) -> facts.dispatcher.remove(ticket));
  }

  /** Looks for waiters whose pause between two rounds is over. */
  public void retryWaiters() {
    ledger.change(Facts::match);
  }

  /** How long a session pauses after a round of failed attempts. */
  public long turnaroundNanos() {
    return Math.min(MAX_TURNAROUND_NANOS, config().timeouts().connect().toNanos());
  }

  /** Takes note of a failed attempt; the ticket is not in the queue now. */
  public void attemptFailed(Ticket ticket, Server server) {
    ledger.change((facts, news) -> {
      if (++ticket.failedAttempts > config().retries()) {
        ticket.newRound(System.nanoTime() + turnaroundNanos());
      } else {
        ticket.avoid(server, config().redispatch());
      }
    });
  }
}
