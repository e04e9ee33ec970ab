package org.pgdeeplake.proxy.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.ConnectException;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.pgdeeplake.proxy.support.FaultyServer;
import org.pgdeeplake.proxy.support.RawClient;
import org.pgdeeplake.proxy.support.ReservedPort;
import org.pgdeeplake.proxy.support.SessionFault;
import org.pgdeeplake.proxy.support.TestProxy;

// Rule: at the end nobody new is let in, waiters are told, and who is at work may finish.
class ShutdownIT extends PostgresStage {
  @Test
  void waitersHearThatItShutsDown() throws IOException, InterruptedException {
    try (ReservedPort asleep = new ReservedPort();
        TestProxy proxy = TestProxy.to().server(asleep.address()).start();
        RawClient plain = RawClient.open(proxy.address());
        RawClient asking = RawClient.open(proxy.address())) {
      plain.send(RawClient.startup());
      asking.send(RawClient.sslRequest());
      proxy.awaitQueued(2);
      proxy.proxy().shutdown();
      assertShuttingDown(plain);
      // An error in answer to SSLRequest would make libpq start over: first N, then the error.
      assertThat(asking.readByte()).isEqualTo('N');
      asking.send(RawClient.startup());
      assertShuttingDown(asking);
      plain.shutdownOutput();
      asking.shutdownOutput();
      proxy.proxy().awaitTermination();
    }
  }

  /** Its attempt may go on; when it fails, the session does not wait for another one. */
  @Test
  void whoIsJustBeingTriedIsAWaiterToo() throws IOException, InterruptedException {
    SessionFault[] script =
        Collections.nCopies(100, SessionFault.SILENCE).toArray(SessionFault[]::new);
    try (FaultyServer server = FaultyServer.before(postgres, script);
        TestProxy proxy =
            TestProxy.to().server(server.address()).backend("timeouts.connect = 500ms").start();
        RawClient client = RawClient.open(proxy.address())) {
      client.send(RawClient.startup());
      await().until(() -> server.met() == 1);
      proxy.proxy().shutdown();
      assertShuttingDown(client);
      assertThat(server.met()).isEqualTo(1);
      client.shutdownOutput();
      proxy.proxy().awaitTermination();
    }
  }

  private static void assertShuttingDown(RawClient client) throws IOException {
    assertThat(Objects.requireNonNull(client.read()).fields())
        .containsEntry('S', "FATAL")
        .containsEntry('C', "57P03")
        .containsEntry('M', "the proxy is shutting down")
        .containsEntry('H', "Connect again; another proxy may take the connection.");
    assertThat(client.read()).isNull();
  }

  @Test
  void aQueryMayFinish() throws IOException, InterruptedException {
    try (TestProxy proxy = TestProxy.to(postgres).start();
        RawClient client = RawClient.session(proxy.address())) {
      client.send(RawClient.query("select pg_sleep(1), 'done'"));
      proxy.proxy().shutdown();
      assertThat(client.readUntil('Z')).anySatisfy(m -> assertThat(m.toString()).contains("done"));
      assertThat(client.value("select 42")).as("and so may its session").isEqualTo("42");
      assertThatThrownBy(() -> RawClient.open(proxy.address()))
          .hasCauseInstanceOf(ConnectException.class);
      client.send(RawClient.terminate());
      assertThat(client.read()).isNull();
      proxy.proxy().awaitTermination();
    }
  }

  @Test
  void afterTheDrainTimeoutSessionsAreEnded() throws IOException, InterruptedException {
    try (TestProxy proxy = TestProxy.to(postgres).proxy("shutdown.drain-timeout = 500ms").start();
        RawClient idle = RawClient.session(proxy.address());
        RawClient busy = RawClient.session(proxy.address())) {
      busy.send(RawClient.query("select pg_sleep(60)"));
      proxy.proxy().shutdown();
      for (RawClient client : List.of(idle, busy)) {
        assertThat(Objects.requireNonNull(client.read()).fields())
            .containsEntry('S', "FATAL")
            .containsEntry('C', "57P01")
            .containsEntry('M', "terminating connection: the proxy is shutting down");
        assertThat(client.read()).isNull();
      }
      idle.shutdownOutput();
      busy.shutdownOutput();
      proxy.proxy().awaitTermination();
    }
  }

  /** In the middle of a server's message there is no place for one of ours. */
  @Test
  void aHalfDeliveredResultIsJustCutOff() throws IOException, InterruptedException {
    try (TestProxy proxy = TestProxy.to(postgres).proxy("shutdown.drain-timeout = 300ms").start();
        RawClient client = RawClient.session(proxy.address())) {
      client.send(RawClient.query("select repeat('x', 20000); select pg_sleep(60)"));
      // How it ends waits in the buffer of the server.
      client.readUntil('T');
      proxy.proxy().shutdown();
      assertThat(client.readToEnd()).isNotEmpty().doesNotContain("FATAL");
      client.shutdownOutput();
      proxy.proxy().awaitTermination();
    }
  }

  @Test
  void duringTheDelayNewClientsAreStillServed() throws IOException, InterruptedException {
    try (TestProxy proxy =
        TestProxy.to(postgres)
            .proxy("shutdown.delay = 1s", "shutdown.drain-timeout = 5s")
            .start()
            .awaitUp(1)) {
      proxy.proxy().shutdown();
      assertThat(proxy.proxy().ready()).isFalse();
      try (RawClient client = RawClient.session(proxy.address())) {
        assertThat(client.value("select 42")).isEqualTo("42");
      }
      proxy.proxy().awaitTermination();
    }
  }
}
