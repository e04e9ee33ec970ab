package org.pgdeeplake.proxy.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.pgdeeplake.proxy.support.Command;
import org.pgdeeplake.proxy.support.FaultyServer;
import org.pgdeeplake.proxy.support.NeedsProgram;
import org.pgdeeplake.proxy.support.RawClient;
import org.pgdeeplake.proxy.support.SessionFault;
import org.pgdeeplake.proxy.support.TestPostgres;
import org.pgdeeplake.proxy.support.TestProxy;

// Rule: a server that cannot take a session, whatever the way it says so, costs the client only
// time.
class NotReadyIT extends PostgresStage {
  /** More than the attempts of one round: the session goes back to the queue in between. */
  private static final int FAULTS = 6;

  @ParameterizedTest
  @EnumSource
  void neverSeenByAClient(SessionFault fault) throws IOException {
    SessionFault[] script = Collections.nCopies(FAULTS, fault).toArray(SessionFault[]::new);
    try (FaultyServer server = FaultyServer.before(postgres, script);
        TestProxy proxy =
            TestProxy.to().server(server.address()).backend("timeouts.connect = 200ms").start();
        RawClient client = RawClient.session(proxy.address())) {
      assertThat(client.value("select 42")).isEqualTo("42");
      assertThat(server.met()).isEqualTo(FAULTS);
      client.send(RawClient.terminate());
      proxy.awaitNoSession();
    }
  }

  /** psql asks for encryption first; the fault comes after the server has answered N to that. */
  @ParameterizedTest
  @EnumSource
  @NeedsProgram("psql")
  void neverSeenAfterAnEncryptionRequest(SessionFault fault) {
    try (FaultyServer server = FaultyServer.before(postgres, fault, fault);
        TestProxy proxy =
            TestProxy.to().server(server.address()).backend("timeouts.connect = 200ms").start()) {
      assertThat(proxy.psql("select 42").run()).isEqualTo(new Command.Result(0, "42\n", ""));
      assertThat(server.met()).isEqualTo(2);
      assertThat(proxy.backend().traffic().sessionsTotal()).as("sessions").isEqualTo(1);
    }
  }

  @ParameterizedTest
  @EnumSource
  void theOtherServerTakesOver(SessionFault fault) throws IOException {
    SessionFault[] script = Collections.nCopies(20, fault).toArray(SessionFault[]::new);
    try (FaultyServer server = FaultyServer.before(postgres, script);
        TestProxy proxy =
            TestProxy.to(postgres)
                .server(server.address())
                .backend("timeouts.connect = 200ms")
                .start()) {
      proxy.awaitUp(2);
      while (server.met() < 3) {
        try (RawClient client = RawClient.session(proxy.address())) {
          assertThat(client.value("select 42")).isEqualTo("42");
        }
      }
    }
  }

  @Test
  void whereOneServerIsFullTheOtherServes() throws SQLException, IOException {
    try (TestPostgres full = TestPostgres.started(slots(3));
        TestProxy proxy = TestProxy.to(full, postgres).start()) {
      proxy.awaitUp(2);
      List<Connection> taken = fill(full, 3);
      for (int i = 0; i < 10; i++) {
        try (RawClient client = RawClient.session(proxy.address())) {
          assertThat(client.value("show port")).isEqualTo(String.valueOf(postgres.port()));
        }
      }
      assertThat(proxy.backend().activeServers()).as("a full server is not down").isEqualTo(2);
      for (Connection connection : taken) {
        connection.close();
      }
      await("the full server serves again")
          .until(() -> {
            try (RawClient client = RawClient.session(proxy.address())) {
              return client.value("show port").equals(String.valueOf(full.port()));
            }
          });
    }
  }

  @Test
  void whereAllAreFullClientsWaitForASlot() throws IOException {
    List<RawClient> holders = new ArrayList<>();
    List<RawClient> waiters = new CopyOnWriteArrayList<>();
    AtomicInteger served = new AtomicInteger();
    try (TestPostgres full = TestPostgres.started(slots(3));
        TestProxy proxy = TestProxy.to(full).start()) {
      for (int i = 0; i < 3; i++) {
        holders.add(RawClient.session(proxy.address()));
      }
      for (int i = 0; i < 3; i++) {
        Thread.ofVirtual()
            .start(() -> {
              waiters.add(session(proxy));
              served.incrementAndGet();
            });
      }
      await().until(() -> proxy.backend().queued() + proxy.backend().assigned() == 6);
      for (int i = 0; i < 3; i++) {
        int next = i + 1;
        assertThat(served).as("served by %s slots", i).hasValue(i);
        holders.get(i).close();
        await("the next is served")
            .untilAsserted(() -> assertThat(served).hasValueGreaterThanOrEqualTo(next));
      }
    } finally {
      holders.forEach(RawClient::close);
      waiters.forEach(RawClient::close);
    }
  }

  /** Nobody tells the proxy of a slot that it did not give: it has to look. */
  @Test
  void aSlotThatSomebodyElseGivesBackIsFound() throws SQLException, IOException {
    try (TestPostgres full = TestPostgres.started(slots(2));
        TestProxy proxy = TestProxy.to(full).start()) {
      proxy.awaitUp(1);
      List<Connection> taken = fill(full, 2);
      try (RawClient client = RawClient.open(proxy.address())) {
        client.send(RawClient.startup());
        await().until(() -> proxy.backend().servers().getFirst().lastCheck().slotsTaken());
        taken.getFirst().close();
        client.readUntil('Z');
      }
      taken.getLast().close();
    }
  }

  private static RawClient session(TestProxy proxy) {
    try {
      return RawClient.session(proxy.address());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String[] slots(int number) {
    return new String[] {
      "max_connections = " + number,
      "superuser_reserved_connections = 0",
      "reserved_connections = 0"
    };
  }

  /** A check may hold a slot for a moment: tries until it has all. */
  private static List<Connection> fill(TestPostgres postgres, int slots) {
    List<Connection> taken = new ArrayList<>();
    await()
        .ignoreExceptions()
        .until(() -> {
          while (taken.size() < slots) {
            taken.add(postgres.connect());
          }
          return true;
        });
    return taken;
  }
}
