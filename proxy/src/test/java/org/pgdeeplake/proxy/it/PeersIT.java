package org.pgdeeplake.proxy.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.pgdeeplake.proxy.Internals;
import org.pgdeeplake.proxy.backend.AdministrativeState;
import org.pgdeeplake.proxy.support.Command;
import org.pgdeeplake.proxy.support.RawClient;
import org.pgdeeplake.proxy.support.Replicas;
import org.pgdeeplake.proxy.support.ReservedPort;
import org.pgdeeplake.proxy.support.TestProxy;

// Rule: any replica answers for all, whatever becomes of one of them.
class PeersIT extends PeersStage {
  private static final String DEMAND = "pgproxy_demand";
  private static final String LOCAL = "pgproxy_demand_local";

  @Test
  void demandOnOneIsInTheMemoryOfTheOthersWithin300Milliseconds() throws IOException {
    try (Replicas replicas = new Replicas(3, first, second)) {
      TestProxy one = replicas.start(1);
      List<TestProxy> others = List.of(replicas.start(2), replicas.start(3));
      for (int number = 1; number <= 3; number++) {
        replicas.awaitPeers(number, 2);
      }
      List<Long> millis = new ArrayList<>();
      for (int round = 0; round < 10; round++) {
        try (RawClient client = RawClient.open(one.address())) {
          long start = System.nanoTime();
          client.send(RawClient.startup());
          await().until(() -> others.stream().allMatch(other -> demand(other) == 1));
          millis.add(Duration.ofNanos(System.nanoTime() - start).toMillis());
          client.readUntil('Z');
        }
        await("it has ended").until(() -> others.stream().allMatch(other -> demand(other) == 0));
      }
      assertThat(millis.stream().sorted().toList().get(7)).as("of " + millis).isLessThan(300);

      try (RawClient _ = RawClient.session(one.address());
          RawClient _ = RawClient.session(others.getFirst().address())) {
        for (int number = 1; number <= 3; number++) {
          int of = number;
          await("all of it").until(() -> replicas.metric(of, DEMAND) == 2);
          assertThat(replicas.metric(number, LOCAL)).isEqualTo(number == 3 ? 0 : 1);
          assertThat(replicas.ask(number, "GET", "/api/v1/demand").body())
              .startsWith("{\"demand\":2,\"waiting\":0,")
              .contains("\"demandLocal\":" + (number == 3 ? 0 : 1));
        }
        assertThat(replicas.ask(3, "GET", "/api/v1/peers").body())
            .contains("\"state\":\"up\"", "\"demand\":1,\"sessions\":1")
            .doesNotContain("silent");
        await("whose server is known, too").until(() -> served(others.getLast()) == 2);
      }
    }
  }

  /** Sessions of all replicas that have a server, as {@code one} knows them. */
  private static int served(TestProxy one) {
    return Internals.demand(one.proxy()).total("pg_backends").counted().values().stream()
        .mapToInt(sessions -> sessions)
        .sum();
  }

  @Test
  void oneThatIsKilledCountsUntilTtl() throws IOException {
    try (Replicas replicas = new Replicas(3, first, second)) {
      TestProxy one = replicas.start(1);
      TestProxy two = replicas.start(2);
      Command process = replicas.startProcess(3, directory);
      replicas.awaitPeers(1, 2);
      replicas.awaitPeers(2, 2);
      try (RawClient _ = RawClient.session(address(replicas.processPort()))) {
        await("the session shows").until(() -> demand(one) == 1 && demand(two) == 1);
        long killed = System.nanoTime();
        process.signal("KILL");
        replicas.awaitPeers(1, 1);
        assertThat(replicas.metric(1, "pgproxy_peers{state=\"silent\"}")).isEqualTo(1);
        assertThat(demand(one)).isEqualTo(1);
        try (RawClient _ = RawClient.session(two.address())) {
          await("both count").until(() -> demand(one) == 2);
          await("it is forgotten").until(() -> demand(one) == 1 && demand(two) == 1);
          assertThat(Duration.ofNanos(System.nanoTime() - killed))
              .as("it counted that long")
              .isBetween(Duration.ofMillis(2500), Duration.ofSeconds(10));
          assertThat(replicas.metric(1, "pgproxy_peers_forgotten_total")).isEqualTo(1);
        }
      }
    }
  }

  @Test
  void aRestartLosesNothingOnTheOthersAndLearnsWhatTheyKnow() throws IOException {
    try (Replicas replicas = new Replicas(2, first, second)) {
      TestProxy one = replicas.start(1);
      Command process = replicas.startProcess(2, directory);
      replicas.awaitPeers(1, 1);
      one.operations().administer(TEST, one.server(1), AdministrativeState.DRAIN);
      try (RawClient client = RawClient.session(one.address());
          RawClient _ = RawClient.session(address(replicas.processPort()))) {
        await("both count").until(() -> demand(one) == 2);
        process.signal("TERM");
        await("it says goodbye").until(() -> demand(one) == 1);
        assertThat(replicas.metric(1, "pgproxy_peers_forgotten_total"))
            .as("at once, not after ttl")
            .isZero();
        assertThat(process.await().exitCode()).isZero();

        var _ = replicas.startProcess(2, directory);
        replicas.awaitPeers(1, 1);
        replicas.awaitPeers(2, 1);
        await("it learns the demand").until(() -> replicas.metric(2, DEMAND) == 1);
        assertThat(replicas.ask(2, "GET", "/api/v1/servers/s1").body())
            .contains("\"administrative\":\"drain\"");
        assertThat(client.value("select 42")).isEqualTo("42");
      }
    }
  }

  @Test
  void theQueryCountsIdleSessionsWhicheverReplicaIsAsked() throws IOException {
    try (Replicas replicas = new Replicas(2, first, second)) {
      TestProxy one = replicas.launch(1, "demand.idle-after = 1ms");
      TestProxy two = replicas.launch(2, "demand.idle-after = 1ms");
      one.awaitUp(2);
      two.awaitUp(2);
      replicas.awaitPeers(1, 1);
      replicas.awaitPeers(2, 1);
      try (RawClient _ = RawClient.session(one.address())) {
        await("it counts no more").until(() -> demand(one) == 0 && demand(two) == 0);
        for (int number = 1; number <= 2; number++) {
          int of = number;
          await("both tell it")
              .untilAsserted(() -> assertThat(sessions(replicas, of)).contains(",\"1\"]}]}}"));
        }
      }
    }
  }

  private static String sessions(Replicas replicas, int number) {
    return replicas
        .ask(number, "GET", "/api/v1/query?query=sum(haproxy_backend_current_sessions)")
        .body();
  }

  private static InetSocketAddress address(ReservedPort port) {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), port.number());
  }
}
