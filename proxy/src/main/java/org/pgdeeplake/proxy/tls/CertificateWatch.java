package org.pgdeeplake.proxy.tls;

import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
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
  private static final Duration EXPIRES_SOON = Duration.ofDays(30);

  /** A ticket is good for half a day at least and a day at most. */
  private static final Duration TICKET_KEYS = Duration.ofHours(12);

  private final List<Loaded<?>> watched;
  private final Map<Loaded<?>, List<String>> problems = new HashMap<>();
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          task -> Thread.ofPlatform().name("certificates").daemon().unstarted(task));

  CertificateWatch(List<Loaded<?>> watched) {
    this.watched = watched;
  }

  /** Says what was loaded and begins. */
  void start() {
    for (Loaded<?> loaded : watched) {
      logLoaded(loaded);
    }
    checkExpiry();
    every(LOOK, this::look);
    every(EXPIRY_CHECK, this::checkExpiry);
    every(TICKET_KEYS, () -> watched.forEach(Loaded::rotateTicketKeys));
  }

  /** Reads everything again, soon. */
  void reload() {
    try {
      thread.execute(() -> {
        // Whoever asks wants to hear again what is wrong.
        problems.clear();
        if (look() == 0) {
          log.info("no certificate has changed");
        }
      });
    } catch (RejectedExecutionException _) {
      // Closed: it is too late.
    }
  }

  private void every(Duration period, Runnable task) {
    var _ =
        thread.scheduleWithFixedDelay(
            () -> {
              try {
                task.run();
              } catch (RuntimeException e) {
                // Thrown on, it would end the watch without a word.
                log.error("watching certificates", e);
              }
            },
            period.toMillis(),
            period.toMillis(),
            TimeUnit.MILLISECONDS);
  }

  /**
   * For its thread only.
   *
   * @return how many have changed, or have a new problem
   */
  int look() {
    int news = 0;
    for (Loaded<?> loaded : watched) {
      try {
        if (loaded.reload()) {
          news++;
          logLoaded(loaded);
          checkExpiry(loaded);
        }
        problems.remove(loaded);
      } catch (TlsFileException e) {
        // Tried every time: a certificate may become valid without a change.
        if (!e.problems().equals(problems.put(loaded, e.problems()))) {
          news++;
          e.problems()
              .forEach(problem ->
                  log.error("{}: the old certificate stays: {}", loaded.owner(), problem));
        }
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
          serial(certificate),
          certificate.getNotAfter().toInstant());
    }
    now.warnings().forEach(warning -> log.warn("{}", warning));
  }

  private void checkExpiry() {
    watched.forEach(CertificateWatch::checkExpiry);
  }

  private static void checkExpiry(Loaded<?> loaded) {
    Instant now = Instant.now();
    for (X509Certificate certificate : loaded.get().certificates()) {
      Instant end = certificate.getNotAfter().toInstant();
      String what = Identity.name(certificate) + ", serial " + serial(certificate);
      if (end.isBefore(now)) {
        log.error("{}: the certificate of {} expired at {}", loaded.owner(), what, end);
      } else if (end.isBefore(now.plus(EXPIRES_SOON))) {
        log.warn(
            "{}: the certificate of {} expires in {} days, at {}",
            loaded.owner(),
            what,
            Duration.between(now, end).toDays(),
            end);
      }
    }
  }

  /** As openssl writes it. */
  static String serial(X509Certificate certificate) {
    return certificate.getSerialNumber().toString(16);
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
