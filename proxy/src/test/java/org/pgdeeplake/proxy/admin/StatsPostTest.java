package org.pgdeeplake.proxy.admin;

import static org.assertj.core.api.Assertions.assertThat;

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
import org.pgdeeplake.proxy.backend.AdministrativeState;
import org.pgdeeplake.proxy.config.Credentials;
import org.pgdeeplake.proxy.config.DemandConfig;
import org.pgdeeplake.proxy.config.Secret;
import org.pgdeeplake.proxy.operation.ReloadResult;

// Scripts that post HAProxy's form get what HAProxy answers; a browser must show the page's own
// token.
class StatsPostTest {
  private static final String FORM = "application/x-www-form-urlencoded";
  private static final String BASIC = RunningAdmin.basic(RunningAdmin.USER, RunningAdmin.PASSWORD);

  private RunningAdmin admin;

  @BeforeEach
  void start() throws BindException {
    admin = new RunningAdmin(Limits.DEFAULT);
  }

  @AfterEach
  void stop() {
    admin.close();
  }

  private HttpResponse<String> post(String form, String... more) throws Exception {
    return post(BASIC, form, more);
  }

  private HttpResponse<String> post(String login, String form, String[] more) throws Exception {
    String[] headers = java.util.Arrays.copyOf(more, more.length + 4);
    headers[more.length] = "Authorization";
    headers[more.length + 1] = login;
    headers[more.length + 2] = "Content-Type";
    headers[more.length + 3] = FORM;
    return admin.send("POST", "/stats", form, headers);
  }

  private static String location(HttpResponse<String> response) {
    assertThat(response.statusCode()).isEqualTo(303);
    return response.headers().firstValue("location").orElseThrow();
  }

  @ParameterizedTest
  @CsvSource({
    "s=pg-deeplake-1&b=pg_backends&action=drain, DONE, DRAIN, READY",
    "s=pg-deeplake-1&s=pg-deeplake-2&action=maint&b=pg_backends, DONE, MAINT, MAINT",
    "s=pg-deeplake-2&b=pg_backends&action=stop, DONE, READY, DRAIN",
    "s=pg-deeplake-2&b=pg_backends&action=disable, DONE, READY, MAINT",
    "s=pg-deeplake-1&b=pg_backends&action=shutdown, DONE, READY, READY",
    "s=pg-deeplake-1&b=pg_backends&action=ready, NONE, READY, READY",
    "s=pg-deeplake-1&b=pg_backends, NONE, READY, READY",
    "s=pg-deeplake-1&action=drain, NONE, READY, READY",
    "b=pg_backends&action=drain, NONE, READY, READY",
    "s=nobody&b=pg_backends&action=drain, ERRP, READY, READY",
    "s=pg-deeplake-1&b=nobody&action=drain, ERRP, READY, READY",
    "s=pg-deeplake-1&b=pg_backends&action=explode, ERRP, READY, READY",
    "s=pg-deeplake-1&s=nobody&b=pg_backends&action=drain, PART, DRAIN, READY",
    "s=pg-deeplake-1&b=pg_backends&action=dhlth, UNKN, READY, READY",
    "s=pg-deeplake-1&b=%232&action=drain, DONE, DRAIN, READY",
    "s=pg-deeplake-1&b=#2&action=drain, DONE, DRAIN, READY",
    "s=pg-deeplake-1&b=%231&action=drain, ERRP, READY, READY",
    "s=pg-deeplake-1&b=%233&action=drain, ERRP, READY, READY"
  })
  void asHaproxyAnswers(
      String form, String status, AdministrativeState first, AdministrativeState second)
      throws Exception {
    assertThat(location(post(form))).isEqualTo("/stats;st=" + status);
    assertThat(admin.scene.server(1).administrative()).isEqualTo(first);
    assertThat(admin.scene.server(2).administrative()).isEqualTo(second);
  }

  @Test
  void readyEndsADrain() throws Exception {
    post("s=pg-deeplake-1&b=pg_backends&action=drain");
    assertThat(location(post("s=pg-deeplake-1&b=pg_backends&action=enable")))
        .isEqualTo("/stats;st=DONE");
    assertThat(admin.scene.server(1).administrative()).isEqualTo(AdministrativeState.READY);
  }

  @Test
  void withoutConfiguredCredentialsItIsDenied() throws Exception {
    admin.credentials = null;
    assertThat(location(post("s=pg-deeplake-1&b=pg_backends&action=drain")))
        .isEqualTo("/stats;st=DENY");
    assertThat(admin.scene.server(1).administrative()).isEqualTo(AdministrativeState.READY);
  }

  @Test
  void withoutThePasswordItIs401() throws Exception {
    assertThat(
            admin
                .send(
                    "POST",
                    "/stats",
                    "s=pg-deeplake-1&b=pg_backends&action=drain",
                    "Content-Type",
                    FORM)
                .statusCode())
        .isEqualTo(401);
  }

  @Test
  void anotherBodyIs415() throws Exception {
    assertThat(
            admin
                .send(
                    "POST",
                    "/stats",
                    "{}",
                    "Authorization",
                    BASIC,
                    "Content-Type",
                    "application/json")
                .statusCode())
        .isEqualTo(415);
  }

  @Test
  void aBrowserNeedsTheTokenOfThisProcessAndTheseCredentials() throws Exception {
    String origin = "http://127.0.0.1:" + admin.address().getPort();
    String order = "action=drain&b=pg_backends&s=pg-deeplake-1";
    String[] page = {"Origin", origin, "Sec-Fetch-Site", "same-origin"};
    assertThat(post(order, page).statusCode()).isEqualTo(403);
    assertThat(post(order + "&csrf=", page).statusCode()).isEqualTo(403);
    HttpResponse<String> question = admin.ask("GET", "/stats/confirm?" + order);
    assertThat(question.body()).contains("Drain pg_backends/pg-deeplake-1?");
    String token = token(question);
    String flipped = (token.charAt(0) == '0' ? '1' : '0') + token.substring(1);
    assertThat(post(order + "&csrf=" + flipped, page).statusCode()).isEqualTo(403);
    assertThat(admin.scene.server(1).administrative()).isEqualTo(AdministrativeState.READY);
    assertThat(location(post(order + "&csrf=" + token, page))).isEqualTo("/stats;st=DONE?" + order);
    assertThat(admin.scene.server(1).administrative()).isEqualTo(AdministrativeState.DRAIN);
    String back = order.replace("drain", "ready");
    try (RunningAdmin other = new RunningAdmin(Limits.DEFAULT)) {
      String stale = token(other.ask("GET", "/stats/confirm?" + order));
      assertThat(post(back + "&csrf=" + stale, page).statusCode()).isEqualTo(403);
    }
    Credentials before = admin.credentials;
    admin.credentials = new Credentials(RunningAdmin.USER, new Secret("changed"));
    String later = RunningAdmin.basic(RunningAdmin.USER, "changed");
    assertThat(post(later, back + "&csrf=" + token, page).statusCode()).isEqualTo(403);
    assertThat(admin.scene.server(1).administrative()).isEqualTo(AdministrativeState.DRAIN);
    admin.credentials = before;
    assertThat(location(post(back + "&csrf=" + token, page))).isEqualTo("/stats;st=DONE?" + back);
  }

  private static String token(HttpResponse<String> question) {
    return question.body().replaceAll("(?s).*name=\"csrf\" value=\"([0-9a-f]{64})\".*", "$1");
  }

  @Test
  void theResultIsShownInWordsAndOnlyWithNamesThatAreKnown() throws Exception {
    String page =
        admin
            .ask("GET", "/stats;st=DONE?action=drain&b=pg_backends&s=pg-deeplake-1&s=%3Cb%3Eevil")
            .body();
    assertThat(page)
        .contains("pg_backends/pg-deeplake-1 drains: it takes no new sessions")
        .doesNotContain("evil");
    assertThat(admin.ask("GET", "/stats;st=%3Cscript%3E").body()).doesNotContain("id=\"notice\"");
    admin.reloaded =
        CompletableFuture.completedFuture(new ReloadResult.Refused(List.of("proxy.conf:3: <bad>")));
    HttpResponse<String> refused = post("action=reload");
    assertThat(refused.statusCode()).isEqualTo(422);
    assertThat(refused.body()).contains("<li>proxy.conf:3: &lt;bad&gt;</li>");
  }

  private String question(String order) throws Exception {
    return admin.ask("GET", "/stats/confirm?" + order).body();
  }

  private String notice(String status, String order) throws Exception {
    String page = admin.ask("GET", "/stats;st=" + status + "?" + order).body();
    return page.replaceAll("(?s).*<p id=\"notice\"(.*?)</p>.*", "$1");
  }

  @Test
  void wordsAreTrue() throws Exception {
    String ready = "action=ready&b=pg_backends&s=pg-deeplake-1";
    post("s=pg-deeplake-1&b=pg_backends&action=drain");
    assertThat(question(ready)).contains("as soon as its check passes");
    admin.scene.up(1);
    assertThat(question(ready)).contains("it takes sessions at once");
    assertThat(notice("DONE", ready)).contains("is ready: it takes sessions.");
    post("s=pg-deeplake-1&b=pg_backends&action=maint");
    assertThat(question(ready)).contains("as soon as its check passes");
    assertThat(notice("DONE", ready)).contains("as soon as its check passes");

    assertThat(notice("NONE", ready)).contains("it was so already.");
    assertThat(notice("NONE", "action=ready&b=pg_backends")).contains("or no action, backend or");
    assertThat(notice("NONE", "")).contains("or no action, backend or server was named");

    assertThat(question("action=wake")).contains("for 30 s, as if a client waited");
    admin.scene.demand.reconfigure(new DemandConfig(Duration.ofMinutes(5), Duration.ZERO));
    assertThat(location(post("action=wake"))).isEqualTo("/stats;st=NONE");
    assertThat(notice("NONE", "action=wake")).contains("demand.linger is 0");
  }

  @Test
  void theOptionsOfTheAddressStay() throws Exception {
    String up = admin.ask("GET", "/stats;up;st=DONE;x=%3C?action=wake").body();
    assertThat(up)
        .contains("content=\"10; url=/stats;up\"", "href=\"/stats;norefresh;up\"")
        .contains("href=\"/stats\">Show all servers");
    String still = admin.ask("GET", "/stats;norefresh").body();
    assertThat(still)
        .contains("href=\"/stats;norefresh;up\">Hide", "href=\"/stats\">Refresh again")
        .doesNotContain("http-equiv");
  }

  @Test
  void pagesAreLockedDown() throws Exception {
    for (String path : List.of("/stats", "/stats;up;norefresh", "/stats/confirm?action=reload")) {
      HttpResponse<String> page = admin.ask("GET", path);
      assertThat(page.statusCode()).as(path).isEqualTo(200);
      assertThat(page.headers().map())
          .containsEntry("x-frame-options", List.of("DENY"))
          .containsEntry("x-content-type-options", List.of("nosniff"))
          .containsEntry("cache-control", List.of("no-store"))
          .containsEntry("referrer-policy", List.of("same-origin"));
      assertThat(page.headers().firstValue("content-security-policy").orElseThrow())
          .startsWith("default-src 'none';")
          .doesNotContain("unsafe", "*");
      assertThat(page.body()).doesNotContain(" style=", " onclick=", "http://", "https://");
    }
  }

  @Test
  void nothingToAskAboutIs404() throws Exception {
    for (String order :
        List.of(
            "",
            "action=drain",
            "action=drain&b=pg_backends&s=x",
            "action=close&id=77",
            "action=pause&b=x")) {
      assertThat(admin.ask("GET", "/stats/confirm?" + order).statusCode()).as(order).isEqualTo(404);
    }
  }
}
