package org.pgdeeplake.proxy.tls;

import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads certificates again when their files change, says when they expire, and gives session
 * tickets new keys. All of it on a thread of its own.
 */
final class CertificateWatch implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(CertificateWatch.class);

  /** Contents are compared, not times: links may be swapped, as Kubernetes does. */
  private static final Duration LOOK = Duration.ofSeconds(2);

  private static final Duration EXPIRY_CHECK = Duration.ofDays(1);

  /** A ticket is good for half a day at least and a day at most. */
  private static final Duration TICKET_KEYS = Duration.ofHours(12);

  private final List<Loaded<?>> watched;
  private final Supplier<List<String>> contradictions;
  private final Map<Loaded<?>, List<String>> problems = new HashMap<>();
  private List<String> contradicting = List.of();
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          task -> Thread.ofPlatform().name("certificates").daemon().unstarted(task));

  /**
   * @param contradictions what is wrong between those that are watched, as it is now
   */
  CertificateWatch(List<Loaded<?>> watched, Supplier<List<String>> contradictions) {
    this.watched = watched;
    this.contradictions = contradictions;
  }

  /**
   * Begins.
   *
   * @param fresh of what is watched, that of which the log has not told yet
   */
  void start(List<Loaded<?>> fresh) {
    fresh.forEach(one -> {
      logLoaded(one);
      checkExpiry(one, Instant.now());
    });
    long millis = LOOK.toMillis();
    var _ =
        thread.scheduleWithFixedDelay(
            () -> {
              look();
              renew(Instant.now());
            },
            millis,
            millis,
            TimeUnit.MILLISECONDS);
  }

  /** What is due by now; a reload begins another watch, and no time anew. */
  void renew(Instant now) {
    each(loaded -> {
      if (loaded.expiryIsToBeTold(now, EXPIRY_CHECK)) {
        checkExpiry(loaded, now);
      }
      loaded.rotateTicketKeys(now, TICKET_KEYS);
    });
  }

  /** Whatever happens to one keeps nobody from the others, nor from the next time. */
  private void each(Consumer<Loaded<?>> task) {
    for (Loaded<?> loaded : watched) {
      guarded(loaded.owner(), () -> task.accept(loaded));
    }
  }

  private static void guarded(String owner, Runnable task) {
    try {
      task.run();
    } catch (Throwable e) {
      log.error("{}: internal error in the watch of certificates", owner, e);
    }
  }

  /**
   * For its thread only.
   *
   * @return how many have changed, or have a new problem
   */
  int look() {
    AtomicInteger news = new AtomicInteger();
    each(loaded -> {
      if (look(loaded)) {
        news.incrementAndGet();
      }
    });
    guarded("shared-certificate", this::lookForContradictions);
    return news.get();
  }

  private void lookForContradictions() {
    List<String> now = contradictions.get();
    if (!now.equals(contradicting)) {
      contradicting = now;
      now.forEach(problem -> log.error("{}", problem));
    }
  }

  private boolean look(Loaded<?> loaded) {
    boolean news = false;
    try {
      if (loaded.reload()) {
        news = true;
        logLoaded(loaded);
        checkExpiry(loaded, Instant.now());
      }
      problems.remove(loaded);
    } catch (TlsFileException e) {
      // Tried every time: a certificate may become valid without a change.
      if (!e.problems().equals(problems.put(loaded, e.problems()))) {
        news = true;
        e.problems()
            .forEach(
                problem -> log.error("{}: the old certificate stays: {}", loaded.owner(), problem));
      }
    }
    return news;
  }

  private static void logLoaded(Loaded<?> loaded) {
    Generation now = loaded.get();
    for (X509Certificate certificate : now.certificates()) {
      log.info(
          "{}: certificate of {}, serial {}, expires {}",
          loaded.owner(),
          Identity.name(certificate),
          Identity.serial(certificate),
          certificate.getNotAfter().toInstant());
    }
    now.warnings().forEach(warning -> log.warn("{}", warning));
  }

  private static void checkExpiry(Loaded<?> loaded, Instant now) {
    loaded.toldExpiry(now);
    for (Expiry expiry : Expiry.of(loaded, now)) {
      if (expiry.over()) {
        log.error("{}", expiry.text());
      } else {
        log.warn("{}", expiry.text());
      }
    }
  }

  @Override
  public void close() {
    thread.shutdown();
    try {
      if (!thread.awaitTermination(2, TimeUnit.SECONDS)) {
        log.warn("certificates are still being read");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
