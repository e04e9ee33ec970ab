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
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.pgdeeplake.proxy.backend.CheckResult;
import org.pgdeeplake.proxy.support.Callers;
import org.pgdeeplake.proxy.support.LoggedLines;
import org.pgdeeplake.proxy.support.RawClient;
import org.pgdeeplake.proxy.support.TestProxy;

// Rule: a server in maintenance has no sessions and no checks; who is before the first answer goes
// elsewhere, the others are told.
class MaintenanceIT extends OperatorStage {
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
}
