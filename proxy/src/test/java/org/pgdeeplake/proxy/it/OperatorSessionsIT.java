package org.pgdeeplake.proxy.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.pgdeeplake.proxy.session.SessionSnapshot;
import org.pgdeeplake.proxy.support.Command;
import org.pgdeeplake.proxy.support.LoggedLines;
import org.pgdeeplake.proxy.support.NeedsProgram;
import org.pgdeeplake.proxy.support.RawClient;
import org.pgdeeplake.proxy.support.TestPostgres;
import org.pgdeeplake.proxy.support.TestProxy;

// Rule: an operator sees whose each session is and ends those he means, which are told, and no
// others.
class OperatorSessionsIT extends OperatorStage {
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
}
