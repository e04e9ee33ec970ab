package org.pgdeeplake.proxy.it;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.pgdeeplake.proxy.Internals;
import org.pgdeeplake.proxy.backend.AdministrativeState;
import org.pgdeeplake.proxy.operation.Caller;
import org.pgdeeplake.proxy.support.Command;
import org.pgdeeplake.proxy.support.LoggedLines;
import org.pgdeeplake.proxy.support.NeedsProgram;
import org.pgdeeplake.proxy.support.RawClient;
import org.pgdeeplake.proxy.support.Replicas;
import org.pgdeeplake.proxy.support.ReservedPort;
import org.pgdeeplake.proxy.support.TestHaproxy;
import org.pgdeeplake.proxy.support.TestPostgres;
import org.pgdeeplake.proxy.support.TestProxy;

// Rule: any replica answers for all, whatever becomes of one of them.
@Timeout(120)
class PeersIT {
  private static final Caller TEST = new Caller("test", "", null);
  private static final String SLEEP = "select pg_sleep(30)";
  private static final String DEMAND = "pgproxy_demand";
  private static final String LOCAL = "pgproxy_demand_local";

  private static TestPostgres first;
  private static TestPostgres second;

  @TempDir private Path directory;

  @BeforeAll
  static void start() {
    first = TestPostgres.create().launch();
    second = TestPostgres.create().launch();
    first.awaitReady();
    second.awaitReady();
  }

  @AfterAll
  static void stop() {
    first.close();
    second.close();
  }

  private static int demand(TestProxy proxy) {
    return Internals.demand(proxy.proxy()).everywhere(List.of("pg_backends"));
  }

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
        var byServer = Internals.demand(others.getLast().proxy()).total("pg_backends").counted();
        assertThat(byServer.values().stream().mapToInt(sessions -> sessions).sum()).isEqualTo(2);
      }
    }
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
  void aDrainOnOneHoldsOnAllAndWaitsForTheSessionsOfAll() throws IOException {
    try (Replicas replicas = new Replicas(3, first, second)) {
      TestProxy one = replicas.start(1);
      TestProxy two = replicas.start(2);
      TestProxy three = replicas.start(3);
      replicas.awaitPeers(1, 2);
      replicas.awaitPeers(3, 2);
      two.operations().administer(TEST, two.server(2), AdministrativeState.DRAIN);
      await("on all").until(() -> states(2, one, two, three).equals("drain drain drain"));
      try (RawClient client = RawClient.session(two.address())) {
        assertThat(two.server(1).server().sessions()).as("it is on s1").isEqualTo(1);
        CompletableFuture<HttpResponse<String>> answer =
            CompletableFuture.supplyAsync(
                () -> replicas.ask(1, "POST", "/api/v1/servers/s1/drain?wait=30s"));
        await("on all").until(() -> states(1, one, two, three).equals("drain drain drain"));
        HttpResponse<String> notYet =
            replicas.ask(3, "POST", "/api/v1/servers/s1/drain?wait=400ms");
        assertThat(notYet.statusCode()).isEqualTo(504);
        assertThat(notYet.body())
            .contains("\"sessions\":0,\"sessionsElsewhere\":1,\"empty\":false");
        assertThat(answer).isNotDone();
        client.send(RawClient.terminate());
        assertThat(client.read()).isNull();
        HttpResponse<String> empty = answer.join();
        assertThat(empty.statusCode()).as(empty.body()).isEqualTo(200);
        assertThat(empty.body()).contains("\"empty\":true");
      }
      assertThat(replicas.ask(3, "POST", "/api/v1/servers/s1/ready").statusCode()).isEqualTo(200);
      await("on all").until(() -> states(1, one, two, three).equals("ready ready ready"));
    }
  }

  /** As the hook of a pod that ends asks for, of whichever replica it meets. */
  @Test
  void aDrainUntilDownEndsOnAllWhenTheServerGoes() throws IOException {
    try (TestPostgres leaving = TestPostgres.started();
        Replicas replicas = new Replicas(2, first, leaving)) {
      TestProxy one = replicas.start(1);
      TestProxy two = replicas.start(2);
      replicas.awaitPeers(1, 1);
      replicas.awaitPeers(2, 1);
      HttpResponse<String> answer =
          replicas.ask(1, "POST", "/api/v1/servers/s2/drain?wait=10s&until=down");
      assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
      assertThat(states(2, one, two)).isEqualTo("drain drain");
      leaving.stop();
      await("over on both").until(() -> states(2, one, two).equals("ready ready"));
      leaving.start();
      two.awaitUp(2);
      assertThat(states(2, one, two)).isEqualTo("ready ready");
    }
  }

  /** One that comes while a pod ends has not checked it yet, and sends nobody there. */
  @Test
  void aReplicaThatJoinsKeepsADrainUntilDown() throws IOException {
    try (Replicas replicas = new Replicas(2, first, second)) {
      TestProxy one = replicas.start(1);
      try (RawClient session = RawClient.session(one.address())) {
        String on = one.server(1).server().sessions() == 1 ? "s1" : "s2";
        int number = on.equals("s1") ? 1 : 2;
        CompletableFuture<HttpResponse<String>> hook =
            CompletableFuture.supplyAsync(() ->
                replicas.ask(1, "POST", "/api/v1/servers/" + on + "/drain?wait=30s&until=down"));
        await("here").until(() -> states(number, one).equals("drain"));
        TestProxy two = replicas.launch(2);
        replicas.awaitPeers(2, 1);
        two.awaitUp(1);
        await("it has checked it").until(() -> two.server(number).server().up());
        assertThat(states(number, one, two)).isEqualTo("drain drain");
        for (int i = 0; i < 4; i++) {
          RawClient.session(two.address()).close();
        }
        assertThat(two.server(number).server().traffic().sessionsTotal()).isZero();
        assertThat(hook).isNotDone();
        session.send(RawClient.terminate());
        assertThat(hook.join().statusCode()).isEqualTo(200);
      }
    }
  }

  /** A name may have two addresses of one replica, as of both families. */
  @Test
  void aReplicaWithTwoAddressesIsOnePeerAndStaysUp() {
    try (LoggedLines log = new LoggedLines("org.pgdeeplake.proxy.peers");
        Replicas replicas = new Replicas(2, first, second)) {
      int port = replicas.adminPort(1).number();
      replicas.launch(1, "admin.bind = \"0.0.0.0:" + port + "\"");
      replicas.launch(2, "peers.dns = \"127.0.0.1:%d, 127.0.0.2:%d\"".formatted(port, port));
      replicas.awaitPeers(2, 1);
      await("for several beats")
          .during(Duration.ofSeconds(2))
          .atMost(Duration.ofSeconds(10))
          .until(() -> replicas.metric(2, "pgproxy_peers{state=\"up\"}") == 1);
      assertThat(log.lines()).noneMatch(line -> line.contains("silent"));
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

  private static String states(int server, TestProxy... proxies) {
    List<String> states = new ArrayList<>();
    for (TestProxy proxy : proxies) {
      states.add(proxy.server(server).server().administrative().word());
    }
    return String.join(" ", states);
  }

  /** Behind a balancer, the connection of Ctrl-C comes to another replica than the session's. */
  @Test
  @NeedsProgram({"psql", "haproxy"})
  void ctrlCReachesTheServerThroughTheWrongReplica() throws Exception {
    try (Replicas replicas = new Replicas(2, first, second);
        ReservedPort balancer = new ReservedPort()) {
      TestProxy one = replicas.start(1);
      TestProxy two = replicas.start(2);
      replicas.awaitPeers(1, 1);
      replicas.awaitPeers(2, 1);
      try (Command _ = haproxy(balancer, one, two);
          Command psql = psql(balancer).start()) {
        await("it sleeps").atMost(Duration.ofSeconds(20)).until(() -> sleeper() != null);
        TestPostgres wrong = sleeper() == first ? second : first;
        int before = wrong.log().length();
        psql.signal("INT");
        Command.Result result = psql.await(Duration.ofSeconds(10));
        assertThat(result.err()).contains("canceling statement due to user request");
        assertThat(cancels(replicas, "peer")).isEqualTo(1);
        assertThat(cancels(replicas, "broadcast")).isZero();
        assertThat(wrong.log().substring(before))
            .as("the other server got nothing")
            .doesNotContain("in cancel request");
      }
    }
  }

  /** Nobody knows it: then all servers are asked, as ever. */
  @Test
  void aKeyOfNobodyIsBroadcast() throws IOException {
    try (Replicas replicas = new Replicas(2, first, second)) {
      TestProxy one = replicas.start(1);
      TestProxy _ = replicas.start(2);
      replicas.awaitPeers(1, 1);
      try (RawClient canceller = RawClient.open(one.address())) {
        canceller.send(RawClient.cancelRequest(new byte[] {0, 0, 1, 2, 3, 4, 5, 6}));
        assertThat(canceller.read()).isNull();
      }
      assertThat(cancels(replicas, "broadcast")).isEqualTo(1);
      assertThat(replicas.metric(1, "pgproxy_peers_cancels_asked_total")).isEqualTo(1);
    }
  }

  @Test
  void whoHasAnotherSecretIsRefusedAndLoggedOnce() {
    try (LoggedLines log = new LoggedLines("org.pgdeeplake.proxy.peers.PeerDoor");
        Replicas replicas = new Replicas(2, first, second)) {
      TestProxy _ = replicas.start(1);
      try (TestProxy wrong = replicas.configuration(2, "another secret of somebody").start()) {
        await("it tries again and again")
            .until(() -> replicas.metric(1, "pgproxy_peers_refused_total") >= 5);
        assertThat(replicas.metric(1, "pgproxy_peers{state=\"up\"}")).isZero();
        assertThat(replicas.metric(2, "pgproxy_peers{state=\"up\"}")).isZero();
        assertThat(log.lines())
            .as("each of the two says it once; they share this process")
            .hasSizeBetween(1, 2)
            .allSatisfy(line -> assertThat(line).contains("its secret is another one"));
        assertThat(wrong.proxy().ready()).as("it works without").isTrue();
      }
    }
  }

  @Test
  void thereAreNoPeersWithoutAName() {
    try (TestProxy proxy = TestProxy.to(first).start()) {
      assertThat(proxy.get("/metrics")).contains("pgproxy_peers{state=\"up\"} 0.0");
      assertThat(proxy.get("/api/v1/peers")).contains("\"peers\":[]");
      assertThat(status(proxy, "/api/v1/peers/stream?from=00")).isEqualTo(404);
    }
    try (Replicas replicas = new Replicas(1, first)) {
      var _ = replicas.start(1);
      assertThat(replicas.ask(1, "GET", "/api/v1/peers").statusCode()).isEqualTo(200);
      assertThat(replicas.ask(1, "GET", "/api/v1/peers/stream?from=00").statusCode())
          .isEqualTo(401);
      assertThat(replicas.ask(1, "POST", "/api/v1/peers/cancel").statusCode()).isEqualTo(401);
    }
  }

  private static int status(TestProxy proxy, String path) {
    int port = proxy.proxy().adminAddress().getPort();
    try (var socket = new java.net.Socket(InetAddress.getLoopbackAddress(), port)) {
      socket
          .getOutputStream()
          .write(("GET " + path + " HTTP/1.1\r\nHost: x\r\n\r\n").getBytes(US_ASCII));
      byte[] head = socket.getInputStream().readNBytes(12);
      return Integer.parseInt(new String(head, US_ASCII).substring(9));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static double cancels(Replicas replicas, String result) {
    String name = "pgproxy_cancels_total{result=\"" + result + "\"}";
    return replicas.metric(1, name) + replicas.metric(2, name);
  }

  private static @Nullable TestPostgres sleeper() throws java.sql.SQLException {
    return first.sleeps() ? first : second.sleeps() ? second : null;
  }

  private static InetSocketAddress address(ReservedPort port) {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), port.number());
  }

  private static Command.Builder psql(ReservedPort port) {
    String number = String.valueOf(port.number());
    return Command.of("psql", "-X", "-h", "127.0.0.1", "-p", number, "-U", "postgres", "-c", SLEEP)
        .env("PGSSLMODE", "disable");
  }

  private Command haproxy(ReservedPort port, TestProxy one, TestProxy two) throws IOException {
    Command haproxy =
        TestHaproxy.balancer(
            directory,
            port,
            "balance roundrobin",
            "server one 127.0.0.1:" + one.port(),
            "server two 127.0.0.1:" + two.port());
    await("haproxy listens").until(() -> listens(port));
    return haproxy;
  }

  /** Looks into the kernel's list: a connection would take a turn of the balancer. */
  private static boolean listens(ReservedPort port) throws IOException {
    String local = "0100007F:%04X 00000000:0000 0A".formatted(port.number());
    return Files.readString(Path.of("/proc/net/tcp")).contains(local);
  }
}
