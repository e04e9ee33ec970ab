package org.pgdeeplake.proxy.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpVersion;
import java.net.BindException;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.pgdeeplake.proxy.backend.AdministrativeState;
import org.pgdeeplake.proxy.metrics.Scene;
import org.pgdeeplake.proxy.operation.ReloadResult;
import org.pgdeeplake.proxy.support.LoggedLines;

// The API does what it is asked, says what came of it, and tells a person what is wrong with a
// request.
class ApiTest {
  private static final String API = "/api/v1";
  private static final String FIRST = API + "/servers/pg-deeplake-1";

  private RunningAdmin admin;

  @BeforeEach
  void start() throws BindException {
    admin = new RunningAdmin(Limits.DEFAULT);
  }

  @AfterEach
  void stop() {
    admin.close();
  }

  private HttpResponse<String> post(String path) throws Exception {
    return admin.ask("POST", API + path);
  }

  private static void assertError(HttpResponse<String> response, int status, String part) {
    assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
    assertThat(response.body()).startsWith("{\"error\":\"").contains(part);
    assertThat(response.headers().firstValue("content-type")).contains("application/json");
  }

  @Test
  void aServerHasTheStatesThatOperatorsGiveIt() throws Exception {
    admin.scene.up(1);
    try (LoggedLines lines = new LoggedLines("org.pgdeeplake.proxy.operation.Operations")) {
      assertThat(post("/servers/pg-deeplake-1/drain").body())
          .isEqualTo(
              """
              {"backend":"pg_backends","server":"pg-deeplake-1","administrative":"drain",\
              "status":"DRAIN","sessions":0,"sessionsElsewhere":0,"empty":true}
              """);
      assertThat(lines.lines().getFirst()).startsWith("API (ops, 127.0.0.1:");
    }
    assertThat(post("/backends/pg_backends/servers/pg-deeplake-1/maint").body())
        .contains("\"administrative\":\"maint\"", "\"status\":\"MAINT\"");
    assertThat(admin.scene.server(1).administrative()).isEqualTo(AdministrativeState.MAINT);
    assertThat(post("/servers/pg-deeplake-1/ready").statusCode()).isEqualTo(200);
    assertThat(admin.scene.server(1).administrative()).isEqualTo(AdministrativeState.READY);
    assertThat(admin.scene.server(2).administrative()).isEqualTo(AdministrativeState.READY);
  }

  @Test
  void aDrainAnswersWhenTheLastSessionHasEnded() throws Exception {
    admin.scene.up(1);
    admin.scene.enter();
    CompletableFuture<HttpResponse<String>> drained =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return post("/servers/pg-deeplake-1/drain?wait=60s");
              } catch (Exception e) {
                throw new AssertionError(e);
              }
            },
            task -> Thread.ofVirtual().start(task));
    await().until(() -> admin.scene.server(1).administrative() == AdministrativeState.DRAIN);
    assertThat(admin.send("GET", "/health/live", "").body()).isEqualTo("ok\n");
    assertThat(drained).isNotDone();
    admin.scene.leases.getFirst().close();
    assertThat(drained.join().statusCode()).isEqualTo(200);
    assertThat(drained.join().body())
        .contains("\"sessions\":0,\"sessionsElsewhere\":0,\"empty\":true");
  }

  @Test
  void aDrainThatTakesTooLongIs504() throws Exception {
    admin.scene.up(1);
    admin.scene.enter();
    HttpResponse<String> response = post("/servers/pg-deeplake-1/drain?wait=50ms");
    assertError(response, 504, "it still has sessions after 50ms");
    assertThat(response.body()).contains("\"sessions\":1,\"sessionsElsewhere\":0,\"empty\":false");
    assertThat(admin.scene.server(1).administrative()).isEqualTo(AdministrativeState.DRAIN);
  }

  @Test
  void aClientThatGoesAwayWaitsNoMore() {
    admin.scene.up(1);
    admin.scene.enter();
    EmbeddedChannel channel = new EmbeddedChannel(admin.server.connection());
    FullHttpRequest request =
        new DefaultFullHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.POST, FIRST + "/drain?wait=1h");
    request
        .headers()
        .set("Authorization", RunningAdmin.basic(RunningAdmin.USER, RunningAdmin.PASSWORD));
    channel.writeInbound(request);
    assertThat(channel.<Object>readOutbound()).isNull();
    assertThat(Duration.ofNanos(channel.runScheduledPendingTasks()))
        .isGreaterThan(Duration.ofMinutes(50));
    assertThat(channel.close().isSuccess()).isTrue();
    assertThat(channel.runScheduledPendingTasks()).isEqualTo(-1);
    channel.finishAndReleaseAll();
  }

  @ParameterizedTest
  @ValueSource(strings = {"60", "s", "1d", "-1s", "2h", "61m", "99999999s", ""})
  void theWaitHasAUnitAndALimit(String wait) throws Exception {
    assertError(post("/servers/pg-deeplake-1/drain?wait=" + wait), 400, "wait ");
    assertThat(admin.scene.server(1).administrative()).isEqualTo(AdministrativeState.READY);
  }

  @Test
  void aNameThatTwoServersHaveIs409() throws Exception {
    try (Scene other = new Scene("analytics")) {
      admin.more.add(other.backend);
      assertError(
          admin.ask("GET", FIRST),
          409,
          "(pg_backends/pg-deeplake-1, analytics/pg-deeplake-1);"
              + " use /api/v1/backends/{backend}/servers/pg-deeplake-1");
      assertError(post("/servers/pg-deeplake-1/maint"), 409, "more than one server");
      assertThat(post("/backends/analytics/servers/pg-deeplake-1/maint").statusCode())
          .isEqualTo(200);
      assertThat(other.server(1).administrative()).isEqualTo(AdministrativeState.MAINT);
      assertThat(admin.scene.server(1).administrative()).isEqualTo(AdministrativeState.READY);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "GET | /servers/nobody | 404 | there are: pg_backends/pg-deeplake-1, pg_backends/pg-deeplake-2",
        "GET | /backends/nobody | 404 | no backend nobody; there are: pg_backends",
        "GET | /backends/pg_backends/servers/x | 404 | there are: pg-deeplake-1, pg-deeplake-2",
        "POST | /backends/nobody/pause | 404 | no backend nobody",
        "DELETE | /sessions/4711 | 404 | no session 4711; it may have ended",
        "DELETE | /sessions/abc | 400 | a session's id is a number",
        "DELETE | /sessions | 400 | whose sessions?",
        "DELETE | /sessions?server=a&backend=b | 400 | whose sessions?",
        "DELETE | /sessions?server=pg_backends/x | 404 | no server x in backend pg_backends",
        "GET | /sessions?usr=x | 400 | unknown parameter usr; known: after, backend, client, database,",
        "GET | /sessions?limit=x | 400 | limit is a number, at most 10000",
        "GET | /sessions?limit=10001 | 400 | limit is a number, at most 10000",
        "GET | /sessions?after=-1 | 400 | after is the id of the last session",
        "GET | /sessions?client=localhost | 400 | client must be an IP address",
        "GET | /backends?x=1 | 400 | unknown parameter x; there is none here",
        "POST | /servers/pg-deeplake-1/drain?wiat=1s | 400 | unknown parameter wiat; known: until, wait",
        "GET | /nothing | 404 | no such path",
        "POST | /backends | 405 | only GET and HEAD",
        "GET | /reload | 405 | only POST",
        "PUT | /sessions | 405 | only GET, HEAD and DELETE",
      })
  void whatIsWrongIsTold(String method, String path, int status, String message) throws Exception {
    assertError(admin.ask(method, API + path), status, message);
  }

  @Test
  void aParameterThatIsNotEncodedWellIs400() throws Exception {
    try (RawHttp raw = admin.connect()) {
      raw.get(API + "/backends?a=%zz");
      assertThat(raw.head().getFirst()).isEqualTo("http/1.1 400 bad request");
      assertThat(raw.line()).startsWith("{\"error\":\"a parameter is not encoded well");
    }
  }

  @Test
  void aMethodThatIsNotThereNamesThoseThatAre() throws Exception {
    assertThat(admin.ask("PUT", API + "/sessions").headers().firstValue("allow"))
        .contains("GET, HEAD, DELETE");
    assertThat(admin.ask("GET", API + "/wake").headers().firstValue("allow")).contains("POST");
  }

  @Test
  void aBackendIsPausedAndResumed() throws Exception {
    assertThat(post("/backends/pg_backends/pause").body())
        .isEqualTo("{\"backend\":\"pg_backends\",\"paused\":true,\"waiting\":0}\n");
    assertThat(admin.scene.backend.administration().paused()).isTrue();
    assertThat(post("/backends/pg_backends/resume").body()).contains("\"paused\":false");
    assertThat(admin.scene.backend.administration().paused()).isFalse();
  }

  @Test
  void sessionsOfAServerAreClosed() throws Exception {
    assertThat(admin.ask("DELETE", API + "/sessions?server=pg-deeplake-1").body())
        .isEqualTo("{\"closed\":0}\n");
    assertThat(admin.ask("DELETE", API + "/sessions?backend=pg_backends").body())
        .isEqualTo("{\"closed\":0}\n");
  }

  @Test
  void theOldestWaiterOfEachBackendIsTold() throws Exception {
    try (Scene other = new Scene("analytics")) {
      admin.more.add(other.backend);
      var _ = admin.scene.demand.claim("analytics");
      await()
          .untilAsserted(() ->
              assertThat(admin.ask("GET", API + "/backends/analytics").body())
                  .containsPattern("\"oldestSeconds\":0\\.(?!000)[0-9]{3}"));
      assertThat(admin.ask("GET", API + "/backends/pg_backends").body())
          .contains("\"oldestSeconds\":0.000");
    }
  }

  @Test
  void aWakeIsDemand() throws Exception {
    assertThat(post("/wake").body()).isEqualTo("{\"counts\":true,\"demand\":1}\n");
  }

  @Test
  void aReloadTellsWhatHasChangedOrWhatIsWrong() throws Exception {
    admin.reloaded =
        CompletableFuture.completedFuture(
            new ReloadResult.Applied(List.of("server pg_backends/new added")));
    assertThat(post("/reload").body())
        .isEqualTo("{\"applied\":true,\"changes\":[\"server pg_backends/new added\"]}\n");
    admin.reloaded =
        CompletableFuture.completedFuture(new ReloadResult.Refused(List.of("proxy.conf:3: bad")));
    HttpResponse<String> refused = post("/reload");
    assertError(refused, 422, "nothing has changed: proxy.conf:3: bad");
    assertThat(refused.body()).contains("\"problems\":[\"proxy.conf:3: bad\"]");
  }

  @Test
  void whatFailsIsAnInternalErrorWithoutItsReason() throws Exception {
    admin.reloaded = CompletableFuture.failedFuture(new IllegalStateException("secret detail"));
    HttpResponse<String> response = post("/reload");
    assertThat(response.statusCode()).isEqualTo(500);
    assertThat(response.body()).isEqualTo("{\"error\":\"internal error; see the log\"}\n");
  }

  @Test
  void theShutdownBegins() throws Exception {
    assertThat(post("/shutdown").statusCode()).isEqualTo(202);
    assertThat(admin.shutdowns).hasValue(1);
  }

  @Test
  void theConfigurationShowsNoSecret() throws Exception {
    String config = admin.ask("GET", API + "/config").body();
    assertThat(config)
        .contains("\"stats\":{\"user\":\"ops\",\"password\":\"***\"}", "\"idle-after\":\"300s\"")
        .doesNotContain(RunningAdmin.PASSWORD);
  }
}
