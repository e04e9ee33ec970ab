package org.pgdeeplake.proxy.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.pgdeeplake.proxy.support.RawClient;
import org.pgdeeplake.proxy.support.TestPostgres;
import org.pgdeeplake.proxy.support.TestProxy;
import org.pgdeeplake.proxy.wake.Wake;
import org.pgdeeplake.proxy.wake.Wake.Outcome;

// Rule: how a start of a PostgreSQL went can be read, phase by phase, as its clients saw it.
class WakeIT {
  private static Wake last(TestProxy proxy) {
    return proxy.backend().wakes().getFirst();
  }

  @Test
  void fromColdToTheFirstRow() throws IOException {
    try (TestPostgres postgres = TestPostgres.create();
        TestPostgres second = TestPostgres.create();
        TestProxy proxy = TestProxy.to(postgres, second).start();
        RawClient one = RawClient.open(proxy.address());
        RawClient other = RawClient.open(proxy.address())) {
      assertThat(proxy.backend().wakes()).isEmpty();
      one.send(RawClient.startup());
      other.send(RawClient.startup());
      proxy.awaitQueued(2);
      assertThat(proxy.backend().waking()).isTrue();
      assertThat(last(proxy).outcome()).isEqualTo(Outcome.WAITING);
      postgres.start();
      one.readUntil('Z');
      other.readUntil('Z');
      assertThat(last(proxy).firstRow()).isNull();
      assertThat(one.value("select 42")).isEqualTo("42");
      Wake wake = last(proxy);
      assertThat(wake.outcome()).isEqualTo(Outcome.SERVED);
      assertThat(wake.waiters()).isEqualTo(2);
      Duration serverUp = Objects.requireNonNull(wake.serverUp());
      Duration firstSession = Objects.requireNonNull(wake.firstSession());
      assertThat(serverUp).isPositive().isLessThan(firstSession);
      assertThat(firstSession).isLessThan(Objects.requireNonNull(wake.firstRow()));
      assertThat(other.value("select 42")).isEqualTo("42");
      assertThat(last(proxy)).isEqualTo(wake);

      second.start();
      proxy.awaitUp(2);
      assertThat(proxy.backend().wakes()).containsExactly(wake);
    }
  }

  @Test
  void theRowIsThatOfAStatement() throws IOException {
    try (TestPostgres postgres = TestPostgres.create();
        TestProxy proxy = TestProxy.to(postgres).start();
        RawClient client = RawClient.open(proxy.address())) {
      client.send(RawClient.startup());
      proxy.awaitQueued(1);
      postgres.start();
      client.readUntil('Z');
      Duration thinking = Duration.ofMillis(300);
      await().pollDelay(thinking).until(() -> true);
      client.send(RawClient.query("select pg_sleep(0.5)"));
      await().until(() -> proxy.demand().busy() == 1);
      assertThat(last(proxy).firstRow()).isNull();
      client.readUntil('Z');
      assertThat(last(proxy).firstRow())
          .isGreaterThan(
              Objects.requireNonNull(last(proxy).firstSession()).plus(Duration.ofMillis(450)))
          .isLessThan(Duration.between(last(proxy).began(), Instant.now()).minus(thinking));
    }
  }

  @Test
  void nobodySeesTheFirstRowInTlsThatIsPassedThrough() throws Exception {
    try (TestPostgres postgres = TestPostgres.create().tls();
        TestProxy proxy = TestProxy.to(postgres).start();
        RawClient client = RawClient.open(proxy.address())) {
      Thread reader =
          Thread.ofVirtual()
              .start(() -> {
                try {
                  RawClient tls = client.startTls();
                  tls.send(RawClient.startup());
                  tls.readUntil('Z');
                  tls.value("select 42");
                } catch (IOException e) {
                  throw new AssertionError(e);
                }
              });
      proxy.awaitQueued(1);
      postgres.start();
      assertThat(reader.join(Duration.ofSeconds(30))).isTrue();
      assertThat(last(proxy).firstSession()).isNotNull();
      assertThat(last(proxy).firstRow()).isNull();
    }
  }

  @Test
  void abandoned() {
    try (TestPostgres postgres = TestPostgres.create();
        TestProxy proxy = TestProxy.to(postgres).proxy("demand.linger = 1s").start()) {
      try (RawClient client = RawClient.open(proxy.address())) {
        client.send(RawClient.startup());
        proxy.awaitQueued(1);
      } catch (IOException e) {
        throw new AssertionError(e);
      }
      await().until(() -> last(proxy).outcome() == Outcome.ABANDONED);
      assertThat(proxy.backend().waking()).isFalse();
      postgres.start();
      proxy.awaitUp(1);
      assertThat(proxy.backend().wakes())
          .singleElement()
          .satisfies(wake -> assertThat(wake.serverUp()).isNull());
    }
  }
}
