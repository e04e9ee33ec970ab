package org.pgdeeplake.proxy.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.pgdeeplake.proxy.support.RawClient;
import org.pgdeeplake.proxy.support.TestProxy;

// Rule: over HTTP an operator finds the sessions that are meant, and ends those and no others.
class SessionsApiIT extends TwoPostgresStage {
  private static final HttpClient http = HttpClient.newHttpClient();

  private TestProxy proxy;

  @AfterAll
  static void stop() {
    http.close();
  }

  @BeforeEach
  void startProxy() {
    proxy =
        TestProxy.to(first, second)
            .frontend("bind = \"[::1]:0\"")
            .proxy("admin.stats { user = ops, password = secret }")
            .start()
            .awaitUp(2);
  }

  @AfterEach
  void stopProxy() {
    proxy.close();
  }

  private String ask(String method, String path) throws IOException, InterruptedException {
    String basic =
        Base64.getEncoder().encodeToString("ops:secret".getBytes(StandardCharsets.UTF_8));
    int port = proxy.proxy().adminAddress().getPort();
    HttpResponse<String> response =
        http.send(
            HttpRequest.newBuilder(
                    URI.create("http://127.0.0.1:" + port + "/api/v1/sessions" + path))
                .method(method, BodyPublishers.noBody())
                .header("Authorization", "Basic " + basic)
                .build(),
            BodyHandlers.ofString());
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    return response.body().strip();
  }

  private static List<String> ids(String answer) {
    return Pattern.compile("\"id\":([0-9]+),")
        .matcher(answer)
        .results()
        .map((MatchResult found) -> found.group(1))
        .toList();
  }

  private RawClient session(String name) throws IOException {
    RawClient client = RawClient.open(proxy.address());
    client.send(RawClient.startup("application_name", name));
    client.readUntil('Z');
    return client;
  }

  private static void assertClosed(RawClient client) throws IOException {
    assertThat(Objects.requireNonNull(client.read()).fields())
        .containsEntry('S', "FATAL")
        .containsEntry('C', "57P01");
    assertThat(client.read()).isNull();
  }

  @Test
  void oneIsClosed() throws Exception {
    try (RawClient kept = session("kept");
        RawClient client = session("closed")) {
      String id = ids(ask("GET", "?after=" + ids(ask("GET", "")).getFirst())).getFirst();
      assertThat(ask("DELETE", "/" + id)).isEqualTo("{\"closed\":1}");
      assertClosed(client);
      assertThat(kept.value("select 42")).isEqualTo("42");
    }
  }

  @Test
  void thoseOfAServerAreClosed() throws Exception {
    try (RawClient one = session("one");
        RawClient other = session("other")) {
      boolean onFirst = one.value("show port").equals(String.valueOf(first.port()));
      assertThat(other.value("show port")).isNotEqualTo(one.value("show port"));
      String server = "?server=pg_backends/" + (onFirst ? "s1" : "s2");
      assertThat(ids(ask("GET", server))).hasSize(1);
      assertThat(ask("DELETE", server)).isEqualTo("{\"closed\":1}");
      assertClosed(one);
      assertThat(other.value("select 42")).isEqualTo("42");
    }
  }

  @Test
  void aClientIsFoundByItsAddressHoweverItIsWritten() throws Exception {
    try (RawClient client = session("x")) {
      for (String address : List.of("::1", "0:0:0:0:0:0:0:1")) {
        assertThat(ids(ask("GET", "?client=" + address))).as(address).hasSize(1);
      }
      assertThat(ids(ask("GET", "?client=127.0.0.1"))).isEmpty();
      assertThat(client.value("select 42")).isEqualTo("42");
    }
  }

  @Test
  void manyAreToldInParts() throws Exception {
    try (RawClient a = session("a");
        RawClient b = session("b");
        RawClient c = session("c")) {
      String two = ask("GET", "?limit=2");
      assertThat(two).endsWith("],\"more\":true}");
      assertThat(ids(two)).hasSize(2);
      String rest = ask("GET", "?limit=2&after=" + ids(two).getLast());
      assertThat(rest).endsWith("],\"more\":false}").contains("\"application\":\"c\"");
      assertThat(ids(rest)).hasSize(1);
      assertThat(a.value("select 1") + b.value("select 2") + c.value("select 3")).isEqualTo("123");
    }
  }
}
