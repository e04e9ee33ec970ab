package org.pgdeeplake.proxy.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.pgdeeplake.proxy.support.Callers;
import org.pgdeeplake.proxy.support.FaultyServer;
import org.pgdeeplake.proxy.support.RawClient;
import org.pgdeeplake.proxy.support.SessionFault;
import org.pgdeeplake.proxy.support.TestPostgres;
import org.pgdeeplake.proxy.support.TestProxy;

// Rule: TLS between proxy and server changes nothing for a client in plain text, whatever comes and
// goes through it.
@Tag("long")
class ServerTlsSessionsIT extends ServerTlsStage {
  @Test
  void itGoesAwayAndComesBackWhileClientsWait() {
    try (TestPostgres server = TestPostgres.create().tls().start();
        TestProxy proxy = TestProxy.to(server).backend("tls.mode = require").start().awaitUp(1);
        Callers callers = Callers.start(proxy, 8)) {
      callers.awaitAnswers(50);
      server.kill9();
      proxy.awaitQueued(8);
      server.launch(); // it recovers, and says 57P03 until then
      callers.awaitAnswers(50);
      server.stop();
      proxy.awaitQueued(8);
      server.start();
      callers.awaitAnswers(50);
      assertThat(callers.failures()).isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource
  void faultsAreNotSeenWithPreferEither(SessionFault fault) throws IOException {
    try (TestPostgres postgres = TestPostgres.started();
        FaultyServer server = FaultyServer.before(postgres, fault, fault);
        TestProxy proxy =
            TestProxy.to()
                .server(server.address())
                .backend("tls.mode = prefer", "timeouts.connect = 200ms")
                .start();
        RawClient client = RawClient.session(proxy.address())) {
      assertThat(client.value("select 42")).isEqualTo("42");
      assertThat(server.met()).isEqualTo(2);
    }
  }

  @Test
  void cancel() throws IOException, SQLException {
    try (TestProxy proxy = requiringTls(trusting);
        Connection direct = trusting.connect();
        RawClient client = RawClient.open(proxy.address())) {
      client.send(RawClient.startup());
      byte[] key = client.readUntil('K').getLast().body();
      client.readUntil('Z');
      client.send(RawClient.query("select pg_sleep(30)"));
      await()
          .until(() ->
              value(direct, "select count(*) from pg_stat_activity where wait_event = 'PgSleep'")
                  .equals("1"));
      try (RawClient canceller = RawClient.open(proxy.address())) {
        canceller.send(RawClient.cancelRequest(key));
        assertThat(canceller.read()).isNull();
      }
      assertThat(client.readUntil('Z'))
          .anySatisfy(message ->
              assertThat(message.type() == 'E' ? message.fields() : Map.of())
                  .containsEntry('C', "57014"));
    }
  }

  /** Far more than any buffer, both ways, through records that fit no read. */
  @Test
  void bulk() throws IOException {
    int bytes = 20_000_000;
    try (TestProxy proxy = requiringTls(trusting);
        RawClient client = RawClient.session(proxy.address())) {
      assertThat(client.value("select length('" + "x".repeat(bytes) + "')"))
          .isEqualTo(String.valueOf(bytes));
      assertThat(client.value("select repeat('x', " + bytes + ")")).hasSize(bytes);
      client.send(RawClient.terminate());
      proxy.awaitNoSession();
    }
  }

  /** The server has hung up long before its last bytes are read. */
  @ParameterizedTest
  @CsvSource({"epoll, true", "epoll, false", "nio, true", "nio, false"})
  void whoReadsLateGetsAll(String transport, boolean halfClose) throws IOException {
    int bytes = 20_000_000;
    try (TestProxy proxy =
        TestProxy.to(trusting)
            .proxy("transport = " + transport)
            .backend("tls.mode = require")
            .start()
            .awaitUp(1)) {
      for (int round = 0; round < 6; round++) {
        try (RawClient client = RawClient.open(proxy.address(), 64 * 1024)) {
          client.send(RawClient.startup());
          client.readUntil('Z');
          client.send(RawClient.query("select repeat('x', " + bytes + ")"), RawClient.terminate());
          if (halfClose) {
            client.shutdownOutput();
          }
          await("the proxy waits for the client")
              .during(Duration.ofMillis(200))
              .atMost(Duration.ofSeconds(10))
              .until(() -> proxy.sessions() == 1);
          String all = client.readToEnd();
          assertThat(all.length()).isGreaterThan(bytes);
          assertThat(all.substring(all.length() - 6)).isEqualTo("Z\0\0\0\5I");
        }
      }
      proxy.awaitNoSession();
    }
  }
}
