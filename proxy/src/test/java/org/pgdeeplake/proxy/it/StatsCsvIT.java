package org.pgdeeplake.proxy.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.pgdeeplake.proxy.backend.AdministrativeState;
import org.pgdeeplake.proxy.backend.CheckResult.Status;
import org.pgdeeplake.proxy.backend.Server;
import org.pgdeeplake.proxy.support.Command;
import org.pgdeeplake.proxy.support.NeedsProgram;
import org.pgdeeplake.proxy.support.RawClient;
import org.pgdeeplake.proxy.support.TestPostgres;
import org.pgdeeplake.proxy.support.TestProxy;
import org.pgdeeplake.proxy.support.TestTls;

// Rule: /stats;csv is HAProxy 2.9's, column by column and empty cell by empty cell, and its numbers
// are right.
class StatsCsvIT {
  private static final String FRONTEND = "pg_frontend/FRONTEND";
  private static final String S1 = "pg_backends/s1";
  private static final String S2 = "pg_backends/s2";
  private static final String BACKEND = "pg_backends/BACKEND";

  @SuppressWarnings("NullAway.Init") // set before each test
  private TestPostgres postgres;

  @SuppressWarnings("NullAway.Init") // set before each test
  private TestPostgres second;

  @SuppressWarnings("NullAway.Init") // set before each test
  private TestProxy proxy;

  @BeforeEach
  void start() {
    postgres = TestPostgres.started();
    second = TestPostgres.started();
    proxy = TestProxy.to(postgres, second).start().awaitUp(2);
  }

  @AfterEach
  void stop() {
    proxy.close();
    second.close();
    postgres.close();
  }

  /** As a reader does that knows nothing of quotes; there are none in these rows. */
  private static Map<String, Map<String, String>> rows(String csv) {
    List<String> lines = csv.lines().filter(line -> !line.isEmpty()).toList();
    String[] names = lines.getFirst().substring(2).split(",", -1);
    Map<String, Map<String, String>> rows = new LinkedHashMap<>();
    for (String line : lines.subList(1, lines.size())) {
      String[] cells = line.split(",", -1);
      assertThat(cells).as(line).hasSameSizeAs(names);
      Map<String, String> row = new LinkedHashMap<>();
      for (int i = 0; i < names.length; i++) {
        row.put(names[i], cells[i]);
      }
      rows.put(cells[0] + "/" + cells[1], row);
    }
    return rows;
  }

  private static String haproxys(String version) throws IOException {
    String file = "/org/pgdeeplake/proxy/stats/haproxy-" + version + ".csv";
    try (InputStream in = StatsCsvIT.class.getResourceAsStream(file)) {
      return new String(Objects.requireNonNull(in).readAllBytes(), UTF_8);
    }
  }

  private static Set<String> filled(Map<String, String> row) {
    Set<String> filled = new TreeSet<>(row.keySet());
    filled.removeIf(column -> String.valueOf(row.get(column)).isEmpty());
    return filled;
  }

  private Map<String, String> row(String name) {
    return row(proxy, name);
  }

  private static Map<String, String> row(TestProxy proxy, String name) {
    return Objects.requireNonNull(rows(proxy.get("/stats;csv")).get(name));
  }

  @Test
  void theColumnsAndTheEmptyCellsAreHaproxys() throws IOException {
    try (RawClient client = RawClient.session(proxy.address())) {
      assertThat(client.value("select 1")).isEqualTo("1");
    }
    String ours = proxy.get("/stats;csv");
    String theirs = haproxys("2.9");
    assertThat(ours.lines().findFirst()).isEqualTo(theirs.lines().findFirst());
    assertThat(ours).endsWith(",\n\n");
    Map<String, Map<String, String>> rows = rows(ours);
    assertThat(rows.keySet()).containsExactly(FRONTEND, S1, S2, BACKEND);
    List<Map<String, String>> their = List.copyOf(rows(theirs).values());
    List<Map<String, String>> our = List.copyOf(rows.values());
    for (int i = 0; i < our.size(); i++) {
      assertThat(filled(our.get(i))).isEqualTo(filled(their.get(i)));
      for (String same : List.of("pid", "iid", "sid", "type", "mode", "status", "act", "weight")) {
        assertThat(our.get(i)).containsEntry(same, String.valueOf(their.get(i).get(same)));
      }
      for (String same : List.of("check_status", "check_code", "check_desc", "check_health")) {
        assertThat(our.get(i)).containsEntry(same, String.valueOf(their.get(i).get(same)));
      }
    }
  }

  @Test
  void aServerThatIsDownIsAsInHaproxy() throws IOException {
    second.stop();
    await().until(() -> proxy.backend().activeServers() == 1);
    await().until(() -> proxy.backend().servers().get(1).lastCheck().status() == Status.L4CON);
    await().until(() -> proxy.backend().servers().get(1).health() == 0);
    Map<String, String> theirs =
        new LinkedHashMap<>(rows(haproxys("2.6-one-server-down")).get("pg_backends/pg-deeplake-2"));
    Map<String, String> ours = new LinkedHashMap<>(row(S2));
    ours.keySet().retainAll(theirs.keySet());
    assertThat(filled(ours)).isEqualTo(filled(theirs));
    for (String same :
        List.of("status", "check_status", "check_desc", "check_health", "last_chk", "chkdown")) {
      assertThat(ours).containsEntry(same, String.valueOf(theirs.get(same)));
    }
    assertThat(row(BACKEND)).containsEntry("act", "1").containsEntry("status", "UP");
  }

  @Test
  void whatAnOperatorWantsShowsInTheStatus() {
    Server server = proxy.backend().servers().getFirst();
    proxy.backend().administration().administer(server, AdministrativeState.DRAIN);
    assertThat(row(S1)).containsEntry("status", "DRAIN").containsEntry("weight", "0");
    proxy.backend().administration().administer(server, AdministrativeState.MAINT);
    assertThat(row(S1)).containsEntry("status", "MAINT").containsEntry("check_status", "");
    assertThat(row(BACKEND)).containsEntry("act", "1").containsEntry("weight", "1");
  }

  /** HAProxy counts full handshakes and resumed ones apart, and those of checks, too. */
  @Test
  void handshakesOfTheProxysOwnTlsAreCounted(@TempDir Path directory) throws Exception {
    TestTls tls = TestTls.in(directory);
    try (TestPostgres server = TestPostgres.create().tls(tls.certificate());
        TestProxy own =
            TestProxy.to(server.start())
                .frontend(tls.terminate())
                .backend("tls { mode = require, shared-certificate = true }")
                .start()
                .awaitUp(1)) {
      own.connect("sslmode=require").close();
      own.connect("sslmode=disable").close();
      try (RawClient client = RawClient.open(own.address())) {
        client.send(RawClient.sslRequest());
        assertThat(client.readByte()).isEqualTo('S');
        client.send("no ClientHello at all".getBytes(UTF_8));
        var _ = client.readToEnd();
      }
      own.awaitNoSession();
      assertThat(row(own, FRONTEND))
          .containsEntry("ssl_sess", "1")
          .containsEntry("ssl_reused_sess", "0")
          .containsEntry("ssl_failed_handshake", "1");
      for (String name : List.of(S1, BACKEND)) {
        Map<String, String> row = row(own, name);
        long all =
            Long.parseLong(row.getOrDefault("ssl_sess", ""))
                + Long.parseLong(row.getOrDefault("ssl_reused_sess", ""));
        assertThat(all).as(name).isGreaterThanOrEqualTo(3);
        assertThat(row).containsEntry("ssl_failed_handshake", "0");
      }
    }
  }

  @Test
  @NeedsProgram("python3")
  void pythonReadsTheRightNumbers() throws IOException {
    List<RawClient> clients = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      clients.add(RawClient.session(proxy.address()));
    }
    clients.removeLast().close();
    await().until(() -> proxy.sessions() == 3);
    assertThat(python()).containsExactly("FRONTEND , 3 4", "s1 0 2 2", "s2 0 1 2", "BACKEND 0 3 4");
    proxy.backend().administration().pause();
    try (RawClient waiter = RawClient.open(proxy.address())) {
      waiter.send(RawClient.startup());
      proxy.awaitQueued(1);
      assertThat(python())
          .containsExactly("FRONTEND , 4 5", "s1 0 2 2", "s2 0 1 2", "BACKEND 1 4 5");
      proxy.backend().administration().resume();
      waiter.readUntil('Z');
    }
    for (RawClient client : clients) {
      client.close();
    }
    proxy.awaitNoSession();
    assertThat(row(BACKEND)).containsEntry("scur", "0").containsEntry("smax", "4");
  }

  /** qcur, scur and stot of each row, as the original's manager reads them. */
  private List<String> python() {
    String script =
        """
        import csv, sys, urllib.request
        text = urllib.request.urlopen(sys.argv[1]).read().decode().lstrip("# ")
        for row in csv.DictReader(text.splitlines()):
            print(row["svname"], row["qcur"] or ",", row["scur"], row["stot"])
        """;
    String url =
        "http://127.0.0.1:" + proxy.proxy().adminAddress().getPort() + "/stats;csv;norefresh";
    Command.Result result = Command.of("python3", "-c", script, url).run();
    assertThat(result.err()).isEmpty();
    return result.out().lines().toList();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"/stats;csv", "/stats;csv;norefresh", "/stats;norefresh;csv", "/stats?stats;csv"})
  void everyWayOfAskingIsOpen(String path) throws IOException, InterruptedException {
    try (HttpClient client = HttpClient.newHttpClient()) {
      URI uri = URI.create("http://127.0.0.1:" + proxy.proxy().adminAddress().getPort() + path);
      HttpResponse<String> answer =
          client.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString());
      assertThat(answer.statusCode()).isEqualTo(200);
      assertThat(answer.headers().firstValue("content-type")).contains("text/plain");
      assertThat(answer.body()).startsWith("# pxname,svname,");
    }
  }
}
