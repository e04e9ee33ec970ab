package org.pgdeeplake.proxy.admin;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.BindException;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.pgdeeplake.proxy.backend.AdministrativeState;
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
    String[] headers = java.util.Arrays.copyOf(more, more.length + 4);
    headers[more.length] = "Authorization";
    headers[more.length + 1] = BASIC;
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
    "s=pg-deeplake-1&b=pg_backends&action=dhlth, UNKN, READY, READY"
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
    String question = admin.ask("GET", "/stats/confirm?" + order).body();
    assertThat(question).contains("Drain pg_backends/pg-deeplake-1?");
    String token = question.replaceAll("(?s).*name=\"csrf\" value=\"([0-9a-f]{64})\".*", "$1");
    String flipped = (token.charAt(0) == '0' ? '1' : '0') + token.substring(1);
    assertThat(post(order + "&csrf=" + flipped, page).statusCode()).isEqualTo(403);
    assertThat(admin.scene.server(1).administrative()).isEqualTo(AdministrativeState.READY);
    assertThat(location(post(order + "&csrf=" + token, page))).isEqualTo("/stats;st=DONE?" + order);
    assertThat(admin.scene.server(1).administrative()).isEqualTo(AdministrativeState.DRAIN);
    try (RunningAdmin other = new RunningAdmin(Limits.DEFAULT)) {
      String stale =
          other
              .ask("GET", "/stats/confirm?" + order)
              .body()
              .replaceAll("(?s).*name=\"csrf\" value=\"([0-9a-f]{64})\".*", "$1");
      assertThat(stale).isNotEqualTo(token);
    }
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
    admin.reloaded = CompletableFuture.completedFuture(new ReloadResult.Refused(List.of("x")));
    assertThat(location(post("action=reload"))).isEqualTo("/stats;st=ERRP");
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
