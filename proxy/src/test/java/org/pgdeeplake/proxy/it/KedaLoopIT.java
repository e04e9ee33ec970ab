// From zero to three instances and back, as KEDA, HPA and a StatefulSet do it, and no client
// notices: no transaction fails, no session is killed.
package org.pgdeeplake.proxy.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.pgdeeplake.proxy.support.Command;
import org.pgdeeplake.proxy.support.NeedsProgram;
import org.pgdeeplake.proxy.support.ProxyFile;
import org.pgdeeplake.proxy.support.TestPostgres;
import org.pgdeeplake.proxy.support.TestProxy;
import org.pgdeeplake.proxy.support.keda.Keda;
import org.pgdeeplake.proxy.support.keda.KedaClient;
import org.pgdeeplake.proxy.support.keda.StatefulSet;

@NeedsProgram("pgbench")
class KedaLoopIT {
  private static final Duration LIMIT = Duration.ofSeconds(40);
  private static final Keda.Times TIMES =
      new Keda.Times(Duration.ofMillis(300), Duration.ofSeconds(2), Duration.ofMillis(1000));

  @TempDir private Path directory;

  private final List<TestPostgres> pods = new ArrayList<>();

  @BeforeEach
  void create() throws IOException {
    for (int i = 0; i < 3; i++) {
      // A health check that the end meets is no session.
      pods.add(TestPostgres.create("log_line_prefix = '%a '"));
    }
    Files.writeString(directory.resolve("short.sql"), "select pg_sleep(0.05);\n");
  }

  @AfterEach
  void delete() {
    pods.forEach(TestPostgres::close);
  }

  private TestProxy proxy() {
    ProxyFile builder = TestProxy.to();
    for (int i = 0; i < pods.size(); i++) {
      builder.serverNamed("pg-deeplake-" + i, pods.get(i));
    }
    return builder
        .backend("check.inter = 300ms")
        .proxy(
            "demand.linger = 1s",
            "admin.stats { user = ops, password = secret }",
            "scaler { enabled = true, bind = \"127.0.0.1:0\" }",
            "scaler { sessions-per-instance = 4, scale-in-after = 1500ms }")
        .start();
  }

  /**
   * Sessions that run transactions until they are stopped.
   *
   * @param more {@code -C}: each transaction with a session of its own
   */
  private Command pgbench(TestProxy proxy, int clients, int seconds, String... more) {
    List<String> options =
        new ArrayList<>(List.of("-n", "-f", directory.resolve("short.sql").toString()));
    options.addAll(List.of("-c", String.valueOf(clients), "-T", String.valueOf(seconds)));
    options.addAll(List.of(more));
    return proxy.pgbench(options.toArray(String[]::new)).start();
  }

  private static void assertUnharmed(Command pgbench) {
    Command.Result result = pgbench.await(Duration.ofSeconds(60));
    assertThat(result.exitCode()).as(result.err()).isZero();
    assertThat(result.out()).contains("number of failed transactions: 0 (0.000%)");
    assertThat(result.err()).doesNotContain("error", "fatal", "FATAL", "aborted");
  }

  @Test
  void fromZeroToThreeAndBack() {
    try (TestProxy proxy = proxy()) {
      URI admin = URI.create("http://127.0.0.1:" + proxy.proxy().adminAddress().getPort());
      String login =
          "Basic "
              + Base64.getEncoder().encodeToString("ops:secret".getBytes(StandardCharsets.UTF_8));
      try (StatefulSet set = new StatefulSet(pods, admin, login);
          Keda _ = new Keda(KedaClient.plain(proxy.proxy().scalerAddress()), set, 3, TIMES)) {
        // 0 -> 1: the first session wakes it. It goes on through all that follows.
        try (Command few = pgbench(proxy, 2, 24, "-C")) {
          await().atMost(LIMIT).until(() -> proxy.backend().activeServers() == 1);
          // 1 -> 3: nine more, which keep their sessions to the end.
          try (Command many = pgbench(proxy, 9, 6)) {
            await().atMost(LIMIT).until(() -> proxy.backend().activeServers() == 3);
            assertUnharmed(many);
          }
          // 3 -> 1, while the first go on.
          await().atMost(LIMIT).until(() -> set.replicas() == 1 && set.running() == 1);
          assertThat(few.running()).as("whose sessions none of that has ended").isTrue();
          assertUnharmed(few);
        }
        // 1 -> 0.
        await().atMost(LIMIT).until(() -> set.replicas() == 0 && set.running() == 0);
        assertThat(set.problems).isEmpty();
        assertThat(set.history.getFirst()).isZero();
        assertThat(set.history.get(1)).isEqualTo(1);
        assertThat(set.history).contains(3);
        assertThat(set.history.subList(set.history.size() - 4, set.history.size()))
            .containsExactly(3, 2, 1, 0);
        pods.forEach(
            pod -> assertThat(pod.log()).doesNotContain("pgbench FATAL:  terminating connection"));
        // Whoever comes now finds the drains over, which ended with the pods.
        assertThat(proxy.psql("select 1").run().out()).isEqualTo("1\n");
        assertThat(proxy.get("/metrics"))
            .doesNotContainPattern("pgproxy_refusals_total\\{[^}]*} [1-9]");
      }
    }
  }
}
