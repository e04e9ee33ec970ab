package org.pgdeeplake.proxy.admin;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.BindException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.pgdeeplake.proxy.backend.CheckResult.Status;
import org.pgdeeplake.proxy.demand.NoWake;
import org.pgdeeplake.proxy.support.LoggedLines;

// Each path of the admin port answers as documented; what is no path, or no reading, is told so.
class AdminServerTest {
  private static final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  private RunningAdmin admin;

  @BeforeEach
  void start() throws BindException {
    admin = new RunningAdmin(Limits.DEFAULT);
  }

  @AfterEach
  void stop() {
    admin.close();
  }

  private HttpResponse<String> get(String path) throws IOException, InterruptedException {
    return send(HttpRequest.newBuilder(admin.uri(path)));
  }

  private HttpResponse<String> send(HttpRequest.Builder request)
      throws IOException, InterruptedException {
    return client.send(request.build(), BodyHandlers.ofString());
  }

  private static String contentType(HttpResponse<?> response) {
    return response.headers().firstValue("content-type").orElseThrow();
  }

  @Test
  void metricsAreTextUnlessOpenMetricsIsAskedFor() throws Exception {
    HttpResponse<String> text = get("/metrics?scope=backend");
    assertThat(text.statusCode()).isEqualTo(200);
    assertThat(contentType(text)).isEqualTo("text/plain; version=0.0.4; charset=utf-8");
    assertThat(text.body())
        .contains("\nhaproxy_backend_current_queue{proxy=\"pg_backends\"} 0.0\n")
        .contains("\npgproxy_demand 0.0\n");

    HttpResponse<String> open =
        send(
            HttpRequest.newBuilder(admin.uri("/metrics"))
                .header("Accept", "application/openmetrics-text;version=1.0.0,text/plain;q=0.5"));
    assertThat(contentType(open)).startsWith("application/openmetrics-text");
    assertThat(open.body()).endsWith("# EOF\n");
  }

  @Test
  void healthIsForProbes() throws Exception {
    assertThat(get("/health/live").body()).isEqualTo("ok\n");
    assertThat(get("/health/ready").statusCode()).isEqualTo(200);
    admin.ready = false;
    assertThat(get("/health/live").statusCode()).isEqualTo(200);
    HttpResponse<String> ready = get("/health/ready");
    assertThat(ready.statusCode()).isEqualTo(503);
    assertThat(ready.body()).startsWith("not ready: ").hasLineCount(1);
  }

  @Test
  void theChartGoesOnAfterAnError() {
    try (LoggedLines lines = new LoggedLines(AdminServer.class.getName())) {
      admin.broken = true;
      assertThat(lines.await(2)).allMatch(line -> line.contains("cannot be read for the chart"));
    }
  }

  /** At the door already: no route has begun that could answer. */
  @Test
  void whatFailsBeforeARouteIsAnsweredAndLogged() throws Exception {
    try (LoggedLines lines = new LoggedLines(AdminConnection.class.getName());
        RawHttp raw = admin.connect()) {
      admin.broken = true;
      String ask =
          "GET /api/v1/config HTTP/1.1\r\nHost: x\r\nAuthorization: %s\r\n\r\n"
              .formatted(RunningAdmin.basic(RunningAdmin.USER, RunningAdmin.PASSWORD));
      assertThat(raw.send(ask + ask).rest())
          .startsWith("HTTP/1.1 500 ")
          .containsOnlyOnce("internal error; see the log");
      assertThat(lines.await(1)).singleElement().asString().contains("failed");
    }
  }

  @Test
  void theDemandIsJsonInAFixedOrder() throws Exception {
    admin.scene.up(1);
    admin.scene.checked(2, Status.L7RSP, "FATAL 57P03: \"nöt\"\n\\ yet");
    admin.scene.enter();
    admin.scene.demand.claim("pg_backends").served("s1");
    admin.scene.demand.claim("other").end(true);
    admin.scene.demand.noWake(NoWake.PG_ISREADY);
    HttpResponse<String> response = get("/api/v1/demand");
    assertThat(contentType(response)).isEqualTo("application/json");
    assertThat(response.body())
        .isEqualTo(
            """
            {"demand":1,"waiting":0,"lingering":1,"busy":1,"inTransaction":0,"idle":0,"opaque":0,\
            "oldestWaiterSeconds":0.000,"demandLocal":1,"serversUp":1,\
            "noWake":{"open_and_close":0,"incomplete":0,"silence":0,"garbage":0,"http":0,\
            "cancel_request":0,"pg_isready":1,"proxy_local":0,"tls_handshake":0,"refused":0},\
            "backends":{"pg_backends":{"waiting":0,"servers":{\
            "pg-deeplake-1":{"address":"127.0.0.1:5441","status":"UP","check":"L7OK",\
            "info":"PostgreSQL server is ok","sessions":1},\
            "pg-deeplake-2":{"address":"[::1]:5442","status":"DOWN","check":"L7RSP",\
            "info":"FATAL 57P03: \\"nöt\\"\\u000a\\\\ yet","sessions":0}}}}}
            """);
  }

  @Test
  void waitersShowWithTheirBackend() throws Exception {
    var _ = admin.scene.demand.claim("pg_backends");
    assertThat(get("/api/v1/demand").body())
        .contains("\"waiting\":1", "\"backends\":{\"pg_backends\":{\"waiting\":1,");
  }

  @Test
  void theFirstPageListsThePaths() throws Exception {
    HttpResponse<String> index = get("/");
    assertThat(contentType(index)).startsWith("text/plain");
    for (String path : index.body().lines().filter(p -> !p.endsWith("/stream")).toList()) {
      String whole = path.endsWith("/query") ? path + "?query=pgproxy_demand" : path;
      assertThat(get(whole).statusCode()).as(whole).isEqualTo(200);
    }
    assertThat(index.body()).contains("/metrics\n", "/api/v1/demand/stream\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/", "/metrics", "/health/ready", "/api/v1/demand", "/nowhere"})
  void headIsGetWithoutTheBody(String path) throws Exception {
    HttpResponse<String> head = send(HttpRequest.newBuilder(admin.uri(path)).HEAD());
    assertThat(head.statusCode()).isEqualTo(get(path).statusCode());
    assertThat(head.body()).isEmpty();
    assertThat(head.headers().firstValueAsLong("content-length").orElse(0)).isPositive();
  }

  @Test
  void headOfTheStreamIsOnlyAHead() throws Exception {
    HttpResponse<String> head =
        send(HttpRequest.newBuilder(admin.uri("/api/v1/demand/stream")).HEAD());
    assertThat(contentType(head)).isEqualTo("application/x-ndjson");
    assertThat(admin.scene.demand.listeners()).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"/nowhere", "/metricsx", "/api/v1/demand/", "/%2e%2e/etc/passwd", "/%zz"})
  void otherPathsAreNotFound(String path) throws Exception {
    try (RawHttp raw = admin.connect()) {
      List<String> head = raw.get(path).head();
      assertThat(head.getFirst()).isEqualTo("http/1.1 404 not found");
      assertThat(head).contains("content-type: application/json");
      assertThat(raw.line()).isEqualTo("{\"error\":\"no such path; / lists them\"}");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"POST", "PUT", "DELETE", "OPTIONS", "BREW"})
  void changingIsNotAllowed(String method) throws Exception {
    HttpResponse<String> response =
        send(
            HttpRequest.newBuilder(admin.uri("/metrics"))
                .method(method, BodyPublishers.ofString("body")));
    assertThat(response.statusCode()).isEqualTo(405);
    assertThat(response.headers().firstValue("allow")).contains("GET, HEAD");
    assertThat(response.body()).isEqualTo("{\"error\":\"only GET and HEAD\"}\n");
  }

  @Test
  void oneConnectionTakesManyRequests() throws Exception {
    try (RawHttp raw = admin.connect()) {
      for (int i = 0; i < 3; i++) {
        assertThat(raw.get("/health/live").head().getFirst()).isEqualTo("http/1.1 200 ok");
        assertThat(raw.line()).isEqualTo("ok");
      }
      raw.get("/health/live").get("/health/live");
      for (int i = 0; i < 2; i++) {
        assertThat(raw.head()).contains("content-length: 3");
        assertThat(raw.body(3)).isEqualTo("ok\n");
      }
      raw.send("GET /health/live HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n");
      assertThat(raw.head()).contains("connection: close");
      assertThat(raw.rest()).isEqualTo("ok\n");
    }
  }
}
