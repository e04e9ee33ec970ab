package org.pgdeeplake.proxy.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.pgdeeplake.proxy.backend.AdministrativeState.DRAIN;
import static org.pgdeeplake.proxy.backend.AdministrativeState.MAINT;
import static org.pgdeeplake.proxy.backend.AdministrativeState.READY;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.pgdeeplake.proxy.backend.CheckResult;
import org.pgdeeplake.proxy.operation.Caller;
import org.pgdeeplake.proxy.session.SessionSnapshot;
import org.pgdeeplake.proxy.support.Callers;
import org.pgdeeplake.proxy.support.Command;
import org.pgdeeplake.proxy.support.LoggedLines;
import org.pgdeeplake.proxy.support.NeedsProgram;
import org.pgdeeplake.proxy.support.RawClient;
import org.pgdeeplake.proxy.support.TestPostgres;
import org.pgdeeplake.proxy.support.TestProxy;

// Rule: what an operator does is done to whom he means, said to them, and to nobody else.
class OperatorIT {
  private static final Caller CALLER = new Caller("test", "ops", null);
  private static final TestPostgres first = TestPostgres.started();
  private static final TestPostgres second = TestPostgres.started();
  private static final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor();

  @AfterAll
  static void stop() {
    first.close();
    second.close();
    timer.shutdownNow();
  }

  private static void assertEndedWith(String state, String message, RawClient client)
      throws IOException {
    assertThat(Objects.requireNonNull(client.read()).fields())
        .containsEntry('S', "FATAL")
        .containsEntry('C', state)
        .containsEntry('M', message);
    assertThat(client.read()).isNull();
  }

  @Test
  void drainUnderLoad() throws IOException {
    try (TestProxy proxy = TestProxy.to(first, second).start().awaitUp(2);
        Callers callers = Callers.start(proxy, 8);
        RawClient kept = RawClient.session(proxy.address())) {
      int of = kept.value("show port").equals(String.valueOf(first.port())) ? 1 : 2;
      callers.awaitAnswers(50);
      proxy.operations().administer(CALLER, proxy.server(of), DRAIN);
      await().until(() -> proxy.server(of).server().sessions() == 1);
      int before = callers.answers().size();
      callers.awaitAnswers(50);
      String other = String.valueOf((of == 1 ? second : first).port());
      assertThat(callers.answers().subList(before + 8, before + 50)).containsOnly(other);
      assertThat(proxy.server(of).server().status()).isEqualTo("DRAIN");
      assertThat(kept.value("select 42")).isEqualTo("42");
      proxy.operations().administer(CALLER, proxy.server(of), READY);
      callers.awaitAnswers(50);
      assertThat(callers.failures()).isEmpty();
      assertThat(callers.interrupted()).isZero();
      assertThat(proxy.backend().activeServers()).isEqualTo(2);
    }
  }

  @Test
  void maintenanceUnderLoad() throws IOException {
    try (TestProxy proxy = TestProxy.to(first, second).start().awaitUp(2);
        Callers callers = Callers.start(proxy, 8)) {
      for (int i = 0; i < 10; i++) {
        callers.awaitAnswers(20);
        proxy.operations().administer(CALLER, proxy.server(1), MAINT);
        callers.awaitAnswers(20);
        await().until(() -> proxy.server(1).server().sessions() == 0);
        proxy.operations().administer(CALLER, proxy.server(1), READY);
        proxy.awaitUp(2);
      }
      assertThat(callers.failures()).isEmpty();
    }
  }

  @Test
  void maintenanceTellsItsSessions() throws IOException {
    try (LoggedLines log = new LoggedLines("session");
        TestProxy proxy =
            TestProxy.to(first)
                .backend("check { inter = 50ms, fastinter = 50ms }")
                .start()
                .awaitUp(1);
        RawClient idle = RawClient.session(proxy.address());
        RawClient busy = RawClient.session(proxy.address())) {
      busy.send(RawClient.query("select pg_sleep(60)"));
      await().until(() -> proxy.demand().busy() == 1);
      proxy.operations().administer(CALLER, proxy.server(1), MAINT);
      String message = "terminating connection: its server goes into maintenance";
      assertEndedWith("57P01", message, idle);
      assertEndedWith("57P01", message, busy);
      proxy.awaitNoSession();
      assertThat(log.await(2)).allSatisfy(line -> assertThat(line).contains(" K- "));
      assertThat(proxy.server(1).server().lastCheck().status()).isEqualTo(CheckResult.Status.INI);
      try (RawClient waiter = RawClient.open(proxy.address())) {
        waiter.send(RawClient.startup());
        proxy.awaitQueued(1);
        assertThat(proxy.demand().demand()).isOne();
        proxy.operations().administer(CALLER, proxy.server(1), READY);
        waiter.readUntil('Z');
        assertThat(waiter.value("select 42")).isEqualTo("42");
      }
    }
  }

  @Test
  void maintenanceStopsItsChecks() throws Exception {
    AtomicInteger checks = new AtomicInteger();
    try (ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        TestProxy proxy =
            TestProxy.to()
                .server("127.0.0.1:" + server.getLocalPort())
                .backend("check { type = tcp, inter = 50ms, fastinter = 20ms }")
                .start()) {
      Thread.ofVirtual().start(() -> count(server, checks));
      proxy.awaitUp(1);
      await().until(() -> checks.get() >= 5);
      proxy.operations().administer(CALLER, proxy.server(1), MAINT);
      int before = checks.get();
      // One may be under way.
      await().during(Duration.ofMillis(500)).until(() -> checks.get() <= before + 1);
      proxy.operations().administer(CALLER, proxy.server(1), READY);
      proxy.awaitUp(1);
      await().until(() -> checks.get() >= before + 5);
    }
  }

  private static void count(ServerSocket server, AtomicInteger connections) {
    try {
      while (true) {
        server.accept().close();
        connections.incrementAndGet();
      }
    } catch (IOException closed) {
      // The test is over.
    }
  }

  @Test
  void whileAllAreDrainedClientsWait() throws IOException {
    try (TestProxy proxy = TestProxy.to(first).backend("timeouts.queue = 1s").start().awaitUp(1)) {
      proxy.operations().administer(CALLER, proxy.server(1), DRAIN);
      try (RawClient released = RawClient.open(proxy.address());
          RawClient late = RawClient.open(proxy.address())) {
        late.send(RawClient.startup());
        assertThat(Objects.requireNonNull(late.read()).fields())
            .containsEntry('C', "57P03")
            .containsEntry(
                'D',
                "No server of backend \"pg_backends\" takes sessions; an operator has put 1 of 1"
                    + " into drain or maintenance.");
        released.send(RawClient.startup());
        proxy.awaitQueued(1);
        proxy.operations().administer(CALLER, proxy.server(1), READY);
        released.readUntil('Z');
      }
    }
  }

  /** The server has the connection, and says nothing. */
  @Test
  void whoAwaitsAReplyOfAServerInMaintenanceGoesToTheNext() throws IOException {
    try (LoggedLines log = new LoggedLines("session");
        TestProxy proxy =
            TestProxy.to(first, second).backend("check.inter = 1h").start().awaitUp(2)) {
      proxy.operations().administer(CALLER, proxy.server(2), DRAIN);
      first.sigstop();
      try (RawClient client = RawClient.open(proxy.address())) {
        client.send(RawClient.startup());
        await()
            .until(
                () -> proxy.snapshots().stream().anyMatch(s -> s.state().equals("AwaitingReply")));
        proxy.operations().administer(CALLER, proxy.server(1), MAINT);
        proxy.awaitQueued(1);
        proxy.operations().administer(CALLER, proxy.server(2), READY);
        client.readUntil('Z');
        assertThat(client.value("show port")).isEqualTo(String.valueOf(second.port()));
        assertThat(proxy.backend().traffic().connectErrorsTotal()).isZero();
        assertThat(proxy.backend().traffic().redispatchesTotal()).isOne();
        client.send(RawClient.terminate());
        assertThat(log.await(1).getFirst()).contains("/s2 ").endsWith("/+0 0/0");
      } finally {
        first.sigcont();
      }
    }
  }

  @Test
  void aPausedBackendHoldsNewSessions() throws IOException {
    try (TestProxy proxy = TestProxy.to(first).backend("timeouts.queue = 2s").start().awaitUp(1);
        RawClient served = RawClient.session(proxy.address());
        RawClient waiter = RawClient.open(proxy.address());
        RawClient late = RawClient.open(proxy.address());
        RawClient probe = RawClient.open(proxy.address())) {
      proxy.operations().pause(CALLER, proxy.backend());
      assertThat(served.value("select 42")).isEqualTo("42");
      late.send(RawClient.startup());
      proxy.awaitQueued(1);
      probe.send(RawClient.startup("application_name", "pg_isready"));
      String detail = "Backend \"pg_backends\" is paused by an operator.";
      assertThat(Objects.requireNonNull(probe.read()).fields())
          .containsEntry('C', "57P03")
          .containsEntry('D', detail);
      assertThat(Objects.requireNonNull(late.read()).fields())
          .containsEntry('C', "57P03")
          .containsEntry('D', detail);
      waiter.send(RawClient.startup());
      proxy.awaitQueued(1);
      proxy.operations().resume(CALLER, proxy.backend());
      waiter.readUntil('Z');
    }
  }

  private static SessionSnapshot of(RawClient client, List<SessionSnapshot> seen) {
    return seen.stream()
        .filter(snapshot -> snapshot.client().getPort() == client.localPort())
        .findFirst()
        .orElseThrow();
  }

  @Test
  void sessionsAreSeenAndClosedOneByOne() throws IOException {
    try (LoggedLines log = new LoggedLines("session");
        TestProxy proxy = TestProxy.to(first).start().awaitUp(1);
        RawClient one = RawClient.open(proxy.address());
        RawClient two = RawClient.open(proxy.address())) {
      one.send(RawClient.startup("application_name", "reports"));
      one.readUntil('Z');
      one.value("select 1");
      two.send(RawClient.startup(), RawClient.query("begin"));
      two.readUntil('Z');
      two.readUntil('Z');
      List<SessionSnapshot> seen = proxy.snapshots();
      assertThat(seen).extracting(SessionSnapshot::id).containsExactly(1L, 2L);
      SessionSnapshot reports = of(one, seen);
      assertThat(reports)
          .extracting(
              SessionSnapshot::frontend,
              SessionSnapshot::backend,
              SessionSnapshot::server,
              SessionSnapshot::user,
              SessionSnapshot::database,
              SessionSnapshot::application,
              SessionSnapshot::state,
              SessionSnapshot::activity,
              SessionSnapshot::encrypted)
          .containsExactly(
              "pg_frontend",
              "pg_backends",
              "s1",
              "postgres",
              "postgres",
              "reports",
              "Relaying",
              "idle",
              false);
      assertThat(reports.waitedSeconds()).isBetween(0.0, 10.0);
      assertThat(reports.bytesIn()).isPositive();
      assertThat(reports.bytesOut()).isGreaterThan(100);
      assertThat(of(two, seen).activity()).isEqualTo("in_transaction");

      assertThat(proxy.operations().closeSession(CALLER, 4711)).isFalse();
      assertThat(proxy.operations().closeSession(CALLER, reports.id())).isTrue();
      assertEndedWith("57P01", "terminating connection: by an operator", one);
      assertThat(log.await(1).getFirst()).contains(" K- ");
      assertThat(two.value("select 42")).isEqualTo("42");
      assertThat(proxy.operations().closeSession(CALLER, reports.id())).isFalse();
    }
  }

  @Test
  void aSessionInTlsPassedThroughHasNoName() throws IOException {
    try (TestPostgres tls = TestPostgres.create().tls().start();
        TestProxy proxy = TestProxy.to(tls).start().awaitUp(1);
        RawClient client = RawClient.tlsSession(proxy.address())) {
      assertThat(client.value("select 42")).isEqualTo("42");
      assertThat(proxy.snapshots())
          .singleElement()
          .satisfies(s -> {
            assertThat(s.user() + s.database() + s.application()).isEmpty();
            assertThat(s.activity()).isEqualTo("opaque");
          });
    }
  }

  @Test
  void allOfAServer() throws IOException {
    try (TestProxy proxy = TestProxy.to(first, second).start().awaitUp(2);
        RawClient one = RawClient.session(proxy.address());
        RawClient two = RawClient.session(proxy.address())) {
      boolean oneIsOnFirst = one.value("show port").equals(String.valueOf(first.port()));
      assertThat(proxy.operations().closeSessions(CALLER, proxy.server(1))).isOne();
      assertEndedWith("57P01", "terminating connection: by an operator", oneIsOnFirst ? one : two);
      assertThat((oneIsOnFirst ? two : one).value("select 42")).isEqualTo("42");
    }
  }

  /** libpq with sslmode=prefer must not come again in plain text, and wait twice. */
  @Test
  @NeedsProgram("psql")
  void allOfABackend() throws IOException {
    try (TestProxy proxy = TestProxy.to(first).start().awaitUp(1);
        RawClient served = RawClient.session(proxy.address())) {
      proxy.operations().pause(CALLER, proxy.backend());
      try (Command waiting = proxy.psql("select 1").start()) {
        proxy.awaitQueued(1);
        assertThat(proxy.operations().closeSessions(CALLER, proxy.backend())).isEqualTo(2);
        assertEndedWith("57P01", "terminating connection: by an operator", served);
        Command.Result result = waiting.await();
        assertThat(result.exitCode()).isEqualTo(2);
        assertThat(result.err()).containsOnlyOnce("an operator has closed this connection");
      }
      proxy.awaitNoSession();
    }
  }

  @Test
  void drainCanBeWaitedFor() throws IOException {
    try (TestProxy proxy = TestProxy.to(first).start().awaitUp(1);
        RawClient last = RawClient.session(proxy.address())) {
      var server = proxy.server(1).server();
      proxy.operations().administer(CALLER, proxy.server(1), DRAIN);
      assertThat(proxy.operations().awaitEmpty(server, Duration.ofMillis(50), timer).join())
          .isFalse();
      CompletableFuture<Boolean> empty =
          proxy.operations().awaitEmpty(server, Duration.ofSeconds(30), timer);
      last.send(RawClient.terminate());
      assertThat(empty.join()).isTrue();
      assertThat(proxy.operations().awaitEmpty(server, Duration.ZERO, timer).join()).isTrue();
    }
  }

  @Test
  void anOperatorsWakeIsDemandForAWhile() {
    try (TestPostgres cold = TestPostgres.create();
        TestProxy proxy =
            TestProxy.to(cold).backend("check.inter = 1h").proxy("demand.linger = 1s").start()) {
      await().until(() -> proxy.server(1).server().lastCheck().status() != CheckResult.Status.INI);
      cold.start();
      assertThat(proxy.demand().demand()).isZero();
      proxy.operations().wake(CALLER);
      assertThat(proxy.demand().demand()).isOne();
      proxy.awaitUp(1);
      await().until(() -> proxy.demand().demand() == 0);
    }
  }
}
