package org.pgdeeplake.proxy.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.pgdeeplake.proxy.support.Command;
import org.pgdeeplake.proxy.support.NeedsProgram;
import org.pgdeeplake.proxy.support.RawClient;
import org.pgdeeplake.proxy.support.Replicas;
import org.pgdeeplake.proxy.support.ReservedPort;
import org.pgdeeplake.proxy.support.TestHaproxy;
import org.pgdeeplake.proxy.support.TestPostgres;
import org.pgdeeplake.proxy.support.TestProxy;

// Rule: a cancel request reaches the session's server, whichever replica it comes to.
class PeersCancelIT extends PeersStage {
  private static final String SLEEP = "select pg_sleep(30)";

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

  private static double cancels(Replicas replicas, String result) {
    String name = "pgproxy_cancels_total{result=\"" + result + "\"}";
    return replicas.metric(1, name) + replicas.metric(2, name);
  }

  private static @Nullable TestPostgres sleeper() throws java.sql.SQLException {
    return first.sleeps() ? first : second.sleeps() ? second : null;
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
