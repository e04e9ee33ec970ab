// All sessions can be looked at, whatever one of their event loops is doing.
package org.pgdeeplake.proxy.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.pgdeeplake.proxy.config.ProxyConfig.TransportChoice;
import org.pgdeeplake.proxy.postgres.StartupBytes;
import org.pgdeeplake.proxy.support.LoggedLines;

class SessionsTest {
  private static final Duration LIMIT = Duration.ofSeconds(10);

  @Test
  void aWaiterIsSeen() throws Exception {
    try (Stage stage = new Stage(TransportChoice.NIO, 50)) {
      byte[] startup =
          StartupBytes.startupMessage(0, "user", "u", "database", "d", "application_name", "a");
      stage.client().getOutputStream().write(startup);
      stage.awaitState(stage.session(), "Queued");
      assertThat(stage.sessions.snapshots(Runnable::run))
          .succeedsWithin(LIMIT)
          .satisfies(seen -> {
            assertThat(seen).hasSize(1);
            SessionSnapshot waiter = seen.getFirst();
            assertThat(waiter.id()).isOne();
            assertThat(waiter.server()).isNull();
            assertThat(waiter.user()).isEqualTo("u");
            assertThat(waiter.database()).isEqualTo("d");
            assertThat(waiter.application()).isEqualTo("a");
            assertThat(waiter.state()).isEqualTo("Queued");
            assertThat(waiter.activity()).isEmpty();
            assertThat(waiter.waitedSeconds()).isNotNegative();
            assertThat(waiter.ageSeconds()).isGreaterThan(waiter.waitedSeconds()).isLessThan(60);
            assertThat(waiter.bytesIn()).isEqualTo(startup.length);
          });
    }
  }

  @Test
  void theLooksArePutTogetherWhereTheAskerWants() throws Exception {
    BlockingQueue<Runnable> tasks = new LinkedBlockingQueue<>();
    try (Stage stage = new Stage(TransportChoice.NIO, 50)) {
      stage.client();
      CompletableFuture<List<SessionSnapshot>> seen = stage.sessions.snapshots(tasks::add);
      Runnable last = Objects.requireNonNull(tasks.poll(10, TimeUnit.SECONDS));
      assertThat(seen).isNotDone();
      last.run();
      assertThat(seen.resultNow()).hasSize(1);
    }
  }

  /** A client chooses how long they are. */
  @Test
  void namesAreCutAsPostgresqlDoes() throws Exception {
    try (Stage stage = new Stage(TransportChoice.NIO, 50)) {
      String fits = "x".repeat(63);
      stage
          .client()
          .getOutputStream()
          .write(
              StartupBytes.startupMessage(
                  0,
                  "user",
                  "\u00e9".repeat(40),
                  "database",
                  fits,
                  "application_name",
                  "y".repeat(5000)));
      stage.awaitState(stage.session(), "Queued");
      SessionSnapshot seen = stage.sessions.snapshots(Runnable::run).join().getFirst();
      assertThat(seen.user()).isEqualTo("\u00e9".repeat(31));
      assertThat(seen.database()).isEqualTo(fits);
      assertThat(seen.application()).isEqualTo("y".repeat(63));
    }
  }

  @Test
  void whoHasNotAskedHasNotWaited() throws Exception {
    try (Stage stage = new Stage(TransportChoice.NIO, 50)) {
      stage.client();
      stage.awaitState(stage.session(), "AwaitingStartup");
      assertThat(stage.sessions.snapshots(Runnable::run))
          .succeedsWithin(LIMIT)
          .satisfies(seen -> assertThat(seen.getFirst().waitedSeconds()).isEqualTo(-1));
    }
  }

  @Test
  void aLoopThatDoesNotComeToItIsLeftOut() throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    try (LoggedLines log = new LoggedLines(Sessions.class.getName());
        Stage stage = new Stage(TransportChoice.NIO, 50)) {
      stage.client();
      stage
          .session()
          .loop()
          .execute(() -> {
            try {
              var _ = release.await(30, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
              Thread.currentThread().interrupt();
            }
          });
      assertThat(stage.sessions.snapshots(Runnable::run))
          .succeedsWithin(LIMIT)
          .isEqualTo(List.of());
      assertThat(log.lines()).singleElement().asString().startsWith("1 sessions are missing");
      release.countDown();
    }
  }

  @Test
  void aLoopThatHasEndedIsLeftOut() throws Exception {
    try (Stage stage = new Stage(TransportChoice.NIO, 50)) {
      stage.client();
      Session session = stage.session();
      stage.awaitState(session, "AwaitingStartup");
      session.loop().parent().shutdownGracefully(0, 0, TimeUnit.SECONDS).sync();
      // Its channel has ended with the loop; one that was not registered yet would still be there.
      stage.sessions.opened(session);
      assertThat(stage.sessions.snapshots(Runnable::run))
          .succeedsWithin(LIMIT)
          .isEqualTo(List.of());
    }
  }
}
