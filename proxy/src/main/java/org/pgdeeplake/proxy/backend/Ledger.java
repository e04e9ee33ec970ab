package org.pgdeeplake.proxy.backend;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.proxy.config.BackendConfig;
import org.pgdeeplake.proxy.tls.TlsConnector;

/**
 * The owner of a backend's lock and of all that it guards. {@link #change} and {@link #decide} are
 * the one door for every transition, and nobody else takes the lock but the readers of {@link
 * Server}, to read.
 *
 * <p>Any thread. The lock is held for bookkeeping only: whatever a change leads to outside the
 * facts (log lines, waiters who get a slot, checks) is {@link News}, told after the lock is
 * released.
 */
final class Ledger {
  private final Object lock = new Object();
  private final Lineup lineup;

  @GuardedBy("lock")
  private final Facts facts;

  Ledger(Backend backend, BackendConfig config, @Nullable TlsConnector tls) {
    this.lineup = new Lineup(config, tls, lock);
    this.facts = new Facts(backend, lineup);
  }

  /** To read from without the lock; it changes with it. */
  Lineup lineup() {
    return lineup;
  }

  /** Looks at facts in one moment; {@code question} must change nothing. */
  <T> T read(Function<Facts, T> question) {
    synchronized (lock) {
      return question.apply(facts);
    }
  }

  /** As {@link #read}. */
  int count(ToIntFunction<Facts> question) {
    synchronized (lock) {
      return question.applyAsInt(facts);
    }
  }

  /** Changes facts and tells what has come of it. */
  void change(BiConsumer<Facts, News> change) {
    // Within another change what this one leads to would be told with the lock held.
    assert !Thread.holdsLock(lock);
    News news = new News();
    synchronized (lock) {
      change.accept(facts, news);
      news.wakes(facts.wakes.news());
    }
    news.tell();
  }

  /** As {@link #change}, where whoever asks for it hears what was decided. */
  <T> T decide(BiFunction<Facts, News, T> change) {
    // Within another change what this one leads to would be told with the lock held.
    assert !Thread.holdsLock(lock);
    News news = new News();
    T decided;
    synchronized (lock) {
      decided = change.apply(facts, news);
      news.wakes(facts.wakes.news());
    }
    news.tell();
    return decided;
  }
}
