package org.pgdeeplake.proxy.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.io.TempDir;
import org.pgdeeplake.proxy.support.Command;
import org.pgdeeplake.proxy.support.NeedsProgram;
import org.pgdeeplake.proxy.support.ProxyProcess;
import org.pgdeeplake.proxy.support.RawClient;
import org.pgdeeplake.proxy.support.Replicas;
import org.pgdeeplake.proxy.support.TestPostgres;

// Rule: two proxies on hosts of their own answer for each other: through a partition, and when one
// is killed.
@Timeout(180)
@NeedsProgram("ip")
@ExtendWith(PeersNetworkIT.RootOnly.class)
@Tag("long")
class PeersNetworkIT {
  private static final String SLEEP = "select pg_sleep(60)";
  private static final String NET = "10.231.77.";
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final HttpClient HTTP =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(2))
          .build();

  @TempDir private Path directory;

  /** Only root makes network namespaces. */
  static final class RootOnly implements ExecutionCondition {
    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
      if ("root".equals(System.getProperty("user.name"))) {
        return ConditionEvaluationResult.enabled("is root");
      }
      String reason = "SKIPPED " + context.getDisplayName() + ": only root makes namespaces";
      System.err.println(reason);
      return ConditionEvaluationResult.disabled(reason);
    }
  }

  private static String ip(String... words) {
    String[] line = new String[words.length + 1];
    line[0] = "ip";
    System.arraycopy(words, 0, line, 1, words.length);
    Command.Result result = Command.of(line).run();
    return result.exitCode() == 0 ? "" : result.err();
  }

  private static void mustIp(String words) {
    assertThat(ip(words.split(" ", -1))).as("ip " + words).isEmpty();
  }

  /**
   * Two hosts with a cable between them, and one from each to this host. No bridge: where Docker
   * runs, its firewall drops what goes through one.
   */
  private static final class Hosts implements AutoCloseable {
    Hosts() {
      close(); // What a killed run has left.
      for (int host = 1; host <= 2; host++) {
        String space = space(host);
        mustIp("netns add " + space);
        mustIp("link add " + link(host) + " type veth peer name eth0 netns " + space);
        mustIp("addr add " + here(host) + "/28 dev " + link(host));
        mustIp("link set " + link(host) + " up");
        up(space, "eth0", address(host) + "/28");
        mustIp("-n " + space + " link set lo up");
      }
      mustIp("-n " + space(1) + " link add peer0 type veth peer name peer0 netns " + space(2));
      for (int host = 1; host <= 2; host++) {
        up(space(host), "peer0", peer(host) + "/28");
      }
    }

    private static void up(String space, String link, String address) {
      mustIp("-n " + space + " addr add " + address + " dev " + link);
      mustIp("-n " + space + " link set " + link + " up");
    }

    static String space(int host) {
      return "pgpeers" + host;
    }

    private static String link(int host) {
      return "pgpeersv" + host;
    }

    /** This host's address on the cable to that one. */
    static String here(int host) {
      return NET + (host * 16 + 1);
    }

    /** That one's, for this host. */
    static String address(int host) {
      return NET + (host * 16 + 2);
    }

    /** That one's, for the other one. */
    static String peer(int host) {
      return NET + (host + 128);
    }

    /** The cable between the two. */
    static void cable(String state) {
      mustIp("-n " + space(2) + " link set peer0 " + state);
    }

    @Override
    public void close() {
      for (int host = 1; host <= 2; host++) {
        var _ = ip("link", "del", link(host));
        var _ = ip("netns", "del", space(host));
      }
    }
  }

  @Test
  void cancelPartitionAndKill() throws Exception {
    try (TestPostgres postgres =
            TestPostgres.create("listen_addresses = '*'")
                .hba("host all all " + NET + "0/24 trust", "host all all 127.0.0.1/32 trust")
                .start();
        Hosts _ = new Hosts();
        Command first = start(1, postgres);
        Command second = start(2, postgres)) {
      await("they hear each other")
          .atMost(LIMIT)
          .failFast("one ended", () -> !first.running() || !second.running())
          .ignoreExceptionsInstanceOf(UncheckedIOException.class)
          .until(() -> up(1) == 1 && up(2) == 1);

      try (RawClient one = RawClient.open(client(1));
          RawClient _ = session(2)) {
        one.send(RawClient.startup());
        byte[] key = one.readUntil('K').getLast().body();
        one.readUntil('Z');
        awaitDemand(1, 2);
        awaitDemand(2, 2);
        cancelThroughTheOther(one, key, postgres);
        partitionHeals();
        oneIsKilled(first);
      }
    }
  }

  private static void cancelThroughTheOther(RawClient one, byte[] key, TestPostgres postgres)
      throws IOException {
    one.send(RawClient.query(SLEEP));
    await("it sleeps").atMost(LIMIT).until(postgres::sleeps);
    try (RawClient canceller = RawClient.open(client(2))) {
      canceller.send(RawClient.cancelRequest(key));
      assertThat(canceller.read()).isNull();
    }
    assertThat(one.readUntil('Z'))
        .anySatisfy(message ->
            assertThat(message.type() == 'E' ? message.fields() : java.util.Map.of())
                .containsEntry('C', "57014"));
    assertThat(metric(2, "pgproxy_cancels_total{result=\"peer\"}")).isEqualTo(1);
  }

  /** Nobody can tell a broken network from a broken host: what was said counts on. */
  private static void partitionHeals() {
    Hosts.cable("down");
    await("they are silent").atMost(LIMIT).until(() -> up(1) == 0 && up(2) == 0);
    for (int host = 1; host <= 2; host++) {
      assertThat(metric(host, "pgproxy_peers{state=\"silent\"}")).isEqualTo(1);
      assertThat(metric(host, "pgproxy_demand")).isEqualTo(2);
    }
    Hosts.cable("up");
    await("they hear each other again")
        .atMost(LIMIT)
        .ignoreExceptionsInstanceOf(UncheckedIOException.class)
        .until(() -> up(1) == 1 && up(2) == 1);
    assertThat(metric(1, "pgproxy_peers_forgotten_total")).isZero();
    assertThat(metric(2, "pgproxy_peers_forgotten_total")).isZero();
    awaitDemand(1, 2);
    awaitDemand(2, 2);
  }

  private static void oneIsKilled(Command first) {
    first.signal("KILL");
    await("it is silent").atMost(LIMIT).until(() -> up(2) == 0);
    assertThat(metric(2, "pgproxy_demand")).as("it counts on").isEqualTo(2);
    awaitDemand(2, 1);
    assertThat(metric(2, "pgproxy_peers_forgotten_total")).isEqualTo(1);
  }

  private static void awaitDemand(int host, int demand) {
    await("demand").atMost(LIMIT).until(() -> metric(host, "pgproxy_demand") == demand);
  }

  private Command start(int host, TestPostgres postgres) throws IOException {
    Path file = directory.resolve("proxy-" + host + ".conf");
    Files.writeString(
        file,
        """
        proxy {
          admin.bind = "0.0.0.0:8404"
          frontends.pg_frontend { bind = "0.0.0.0:5432", default-backend = pg_backends }
          backends.pg_backends.servers = [ { name = s1, address = "%s:%d" } ]
          peers { dns = "%s, %s", secret = "%s", interval = 500ms, ttl = 20s }
        }
        """
            .formatted(
                Hosts.here(host), postgres.port(), Hosts.peer(1), Hosts.peer(2), Replicas.SECRET));
    return ProxyProcess.startIn(Hosts.space(host), file);
  }

  private static InetSocketAddress client(int host) {
    return new InetSocketAddress(Hosts.address(host), 5432);
  }

  private static RawClient session(int host) throws IOException {
    return RawClient.session(client(host));
  }

  private static double up(int host) {
    return metric(host, "pgproxy_peers{state=\"up\"}");
  }

  private static double metric(int host, String name) {
    URI uri = URI.create("http://" + Hosts.address(host) + ":8404/metrics");
    try {
      String text =
          HTTP.send(
                  HttpRequest.newBuilder(uri).timeout(Duration.ofSeconds(5)).build(),
                  BodyHandlers.ofString())
              .body();
      Matcher line = Pattern.compile("(?m)^" + Pattern.quote(name) + " (.*)$").matcher(text);
      assertThat(line.find()).as(name).isTrue();
      return Double.parseDouble(line.group(1));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }
}
