package org.pgdeeplake.proxy.session;

import static java.util.stream.Collectors.groupingBy;

import io.netty.channel.EventLoop;
import java.time.Duration;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.proxy.backend.Lease;
import org.pgdeeplake.proxy.backend.Waiter;
import org.pgdeeplake.proxy.metrics.AdmissionFacts;
import org.pgdeeplake.proxy.net.OpenFiles;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The sessions of the process. A session is live until it ends, and open until its client's socket
 * is closed, which may take a little longer. Any thread.
 */
public final class Sessions {
  /** How long a session that was told to end may take to deliver its last words. */
  public static final Duration FAREWELL = Duration.ofSeconds(3);

  /** How long a look at all sessions may take; those of a loop that is later are left out. */
  private static final Duration LOOK = Duration.ofSeconds(2);

  private static final Logger log = LoggerFactory.getLogger(Sessions.class);

  private final Set<Session> open = ConcurrentHashMap.newKeySet();

  /** By id. */
  private final Map<Long, Session> live = new ConcurrentHashMap<>();

  private final Admission admission = new Admission();
  private final HeldMemory held;

  /** Of clients, from their accept on. */
  private final AtomicInteger connections = new AtomicInteger();

  private volatile int guests = Integer.MAX_VALUE;

  /** That are on their way. */
  private final AtomicInteger cancels = new AtomicInteger();

  private volatile boolean draining;
  private final AtomicLong lastId = new AtomicLong();

  public Sessions() {
    this(HeldMemory.ofHeap());
  }

  Sessions(HeldMemory held) {
    this.held = held;
  }

  long nextId() {
    return lastId.incrementAndGet();
  }

  void opened(Session session) {
    open.add(session);
    live.put(session.id(), session);
  }

  Admission admission() {
    return admission;
  }

  HeldMemory held() {
    return held;
  }

  /** From now on no more than the files that the process may open suffice for. */
  public void limit(OpenFiles files) {
    admission.limit(files.sessions());
    guests = files.guests();
  }

  /** Sessions at once that the process has room for. */
  public int places() {
    return admission.places();
  }

  /**
   * Whether there is room for one more connection, which counts until it {@link #leave leaves}.
   * Some are let in without a place: to be told so, and to bring cancel requests.
   */
  public boolean enter() {
    if (connections.incrementAndGet() <= (long) admission.places() + guests) {
      return true;
    }
    connections.decrementAndGet();
    return false;
  }

  /** One that had entered is closed. */
  public void leave() {
    connections.decrementAndGet();
  }

  void cancelBegins() {
    cancels.incrementAndGet();
  }

  void cancelEnds() {
    cancels.decrementAndGet();
  }

  /** For the metrics. */
  public AdmissionFacts facts() {
    long limit = (long) admission.places() + guests;
    return new AdmissionFacts(
        connections.get(),
        guests == Integer.MAX_VALUE ? Double.NaN : limit,
        admission.taken(),
        cancels.get(),
        held.bytes(),
        held.limit());
  }

  /** Whether nobody is to be served any more who is not yet. */
  boolean draining() {
    return draining;
  }

  /** The session has ended; its socket may still have bytes to deliver. */
  void ended(Session session) {
    live.remove(session.id());
  }

  void closed(Session session) {
    open.remove(session);
    synchronized (open) {
      open.notifyAll();
    }
  }

  /** A view of the open sessions. */
  Set<Session> all() {
    return Collections.unmodifiableSet(open);
  }

  /**
   * Every live session, in order of arrival: each is looked at on its own event loop, all of one
   * loop at once. Completes within {@link #LOOK}, without those of a loop that has ended or does
   * not come to it; the log says how many these are.
   *
   * @param asker where it completes and all looks are put together: no loop of sessions
   */
  public CompletableFuture<List<SessionSnapshot>> snapshots(Executor asker) {
    List<CompletableFuture<List<SessionSnapshot>>> parts =
        live.values().stream().collect(groupingBy(Session::loop)).entrySet().stream()
            .map(part -> look(part.getKey(), part.getValue()))
            .toList();
    return CompletableFuture.allOf(parts.toArray(CompletableFuture[]::new))
        .thenApplyAsync(
            all ->
                parts.stream()
                    .flatMap(part -> part.resultNow().stream())
                    .sorted(Comparator.comparingLong(SessionSnapshot::id))
                    .toList(),
            asker);
  }

  private static CompletableFuture<List<SessionSnapshot>> look(
      EventLoop loop, List<Session> sessions) {
    CompletableFuture<List<SessionSnapshot>> seen = new CompletableFuture<>();
    try {
      loop.execute(() ->
          seen.complete(
              sessions.stream().map(Session::snapshot).flatMap(Optional::stream).toList()));
    } catch (RejectedExecutionException ended) {
      seen.complete(List.of());
    }
    return seen.orTimeout(LOOK.toNanos(), TimeUnit.NANOSECONDS)
        .exceptionally(late -> {
          log.warn(
              "{} sessions are missing in what an operator sees: their event loop is busy for more"
                  + " than {} s",
              sessions.size(),
              LOOK.toSeconds());
          return List.of();
        });
  }

  /**
   * Ends one, because an operator wants it so; false where there is none of that id.
   *
   * @param id as in its snapshot
   */
  public boolean close(long id) {
    @Nullable Session session = live.get(id);
    if (session == null) {
      return false;
    }
    session.calls().stop(CloseReason.OPERATOR);
    return true;
  }

  /**
   * Ends all of these, because an operator wants it so: a served one hears 57P01, another one
   * 57P03.
   *
   * @param members of a backend
   * @return how many
   */
  public int close(Collection<Waiter> members) {
    int sessions = 0;
    for (Waiter member : members) {
      if (member instanceof SessionCalls session) {
        session.stop(CloseReason.OPERATOR);
        sessions++;
      }
    }
    return sessions;
  }

  /**
   * Ends those who have these slots, unless they give them back before they are told.
   *
   * @return how many slots
   */
  public int closeHolders(Collection<Lease> leases) {
    for (Lease lease : leases) {
      if (lease.holder() instanceof SessionCalls session) {
        session.stopOn(lease);
      }
    }
    return leases.size();
  }

  /** Sessions that have not ended. */
  public int live() {
    return live.size();
  }

  /** Sessions whose client's socket is open. */
  public int open() {
    return open.size();
  }

  /**
   * Blocks until no session is open; not for an event loop.
   *
   * @return whether that came true within {@code limit}
   */
  public boolean awaitNoneOpen(Duration limit) throws InterruptedException {
    long end = System.nanoTime() + limit.toNanos();
    synchronized (open) {
      while (!open.isEmpty()) {
        long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
        if (left <= 0) {
          return false;
        }
        open.wait(left);
      }
    }
    return true;
  }

  /** Ends what is not yet served: waiters hear 57P03, served sessions go on. */
  public void refuseWaiters() {
    // A session that is opened from now on sees this; one that was opened before is in the set.
    draining = true;
    open.forEach(session -> session.calls().refuseUnlessServed());
  }

  /** Ends all. */
  public void stopAll() {
    open.forEach(session -> session.calls().stop(CloseReason.SHUTDOWN));
  }
}
