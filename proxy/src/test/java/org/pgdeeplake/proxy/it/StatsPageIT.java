package org.pgdeeplake.proxy.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.pgdeeplake.proxy.backend.AdministrativeState;
import org.pgdeeplake.proxy.operation.Caller;
import org.pgdeeplake.proxy.support.NeedsProgram;
import org.pgdeeplake.proxy.support.RawClient;

// Rule: in a real browser the page shows what is, by itself, and does what it is told, once.
@NeedsProgram({"chromium", "chromedriver"})
@Tag("long")
class StatsPageIT extends StatsPageStage {
  private HttpResponse<String> api(String path) throws IOException, InterruptedException {
    String basic = Base64.getEncoder().encodeToString(LOGIN.getBytes(StandardCharsets.UTF_8));
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(origin("") + "/api/v1" + path))
            .header("Authorization", "Basic " + basic)
            .build();
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client.send(request, BodyHandlers.ofString());
    }
  }

  @Test
  void drainsAServerAfterAQuestion() throws Exception {
    signIn(browser);
    assertThat(browser.title()).isEqualTo("Serving · pg-proxy");
    assertThat(browser.text("#state"))
        .contains("Serving", "2 of 2 servers are up", "0 sessions, nobody waits");
    browser.click("a.drain[href*='s=s1']");
    browser.awaitText("dialog[open]", "Drain pg_backends/s1?");
    assertThat(state(1)).isEqualTo(AdministrativeState.READY);
    browser.click("dialog .cancel");
    await().until(() -> !browser.has("dialog"));
    assertThat(state(1)).isEqualTo(AdministrativeState.READY);

    browser.click("a.drain[href*='s=s1']");
    browser.awaitElement("dialog[open]");
    browser.click("dialog button[type=submit]");
    browser.awaitText("#notice", "pg_backends/s1 drains: it takes no new sessions");
    assertThat(browser.url()).contains("/stats;st=DONE");
    assertThat(browser.text("#backend-0")).contains("DRAIN");
    assertThat(api("/servers/s1").body()).contains("\"administrative\":\"drain\"");
    assertThat(state(2)).isEqualTo(AdministrativeState.READY);
    assertNoConsoleErrors();
  }

  @Test
  void isUsedWithTheKeyboardAlone() {
    signIn(browser);
    browser.type("a.maint[href*='s=s2']", "\uE007");
    browser.awaitElement("dialog[open]");
    assertThat(browser.run("return document.activeElement.textContent")).isEqualTo("Cancel");
    browser.type("dialog button[type=submit]", "\uE007");
    browser.awaitText("#notice", "pg_backends/s2 is in maintenance");
    assertThat(state(2)).isEqualTo(AdministrativeState.MAINT);
    assertNoConsoleErrors();
  }

  @Test
  void showsWhatHappensWithoutBeingReloaded() throws IOException {
    signIn(browser);
    assertThat(browser.text("#sessions")).contains("No session.");
    String hostile = "<script>document.title=\"owned\"</script>\u202E";
    try (RawClient client = RawClient.open(proxy.address())) {
      client.send(RawClient.startup("application_name", hostile));
      client.readUntil('Z');
      browser.awaitText("#sessions", "<script>document.title=\"owned\"</script>");
      browser.awaitText("#sessions", "idle");
      assertThat(browser.has("#sessions script")).isFalse();
      browser.open(origin("") + "/stats");
      assertThat(browser.text("#sessions")).contains(hostile.substring(0, hostile.length() - 1));
      assertThat(browser.has("#sessions script")).isFalse();
      assertThat(browser.title()).isEqualTo("Serving · pg-proxy");
      browser.click("#sessions a.close");
      browser.awaitText("dialog[open]", "It belongs to user postgres, database postgres");
      browser.click("dialog button[type=submit]");
      browser.awaitText("#notice", "The session is closed.");
      proxy.awaitNoSession();
    }
    proxy.operations().pause(new Caller("test", "", null), proxy.backend());
    try (RawClient waiter = RawClient.open(proxy.address())) {
      waiter.send(RawClient.startup());
      browser.awaitText("#state", "1 client waits, the oldest");
      assertThat(browser.text("#state")).contains("Paused", "of at most 2 min");
      assertThat(browser.text("#said")).contains("Paused");
    }
    assertNoConsoleErrors();
  }

  @Test
  void anotherPageInItsPlaceIsNotShown() {
    signIn(browser);
    browser.run(
        """
        window.real = window.fetch;
        window.fetch = async () => new Response("<p>Please log in</p>");
        return "";
        """);
    browser.awaitText(".lost", "what you see is old");
    assertThat(browser.text("#state")).contains("2 of 2 servers are up");
    browser.run("window.fetch = window.real; return \"\"");
    await().atMost(Duration.ofSeconds(20)).until(() -> !browser.has(".lost"));
    assertNoConsoleErrors();
  }

  @Test
  void aDoubleClickAsksOnce() {
    signIn(browser);
    String asked =
        browser.run(
            """
            const real = window.fetch;
            let asked = 0;
            window.fetch = (...of) => {
              asked += String(of[0]).includes("/confirm") ? 1 : 0;
              return real(...of);
            };
            const link = document.querySelector("a.drain");
            link.click();
            link.click();
            return String(asked);
            """);
    assertThat(asked).isEqualTo("1");
    browser.awaitElement("dialog[open]");
    browser.click("dialog .cancel");
    await().until(() -> !browser.has("dialog"));
    browser.click("a.drain");
    browser.awaitElement("dialog[open]");
    assertThat(browser.has("meter:not([aria-label])")).isFalse();
    assertNoConsoleErrors();
  }

  /** The file that it was started from is gone. */
  @Test
  void aRefusedReloadTellsWhy() {
    signIn(browser);
    browser.click("a.reload");
    browser.awaitElement("dialog[open]");
    browser.click("dialog button[type=submit]");
    browser.awaitText("main", "The configuration has problems, and nothing has changed");
    assertThat(browser.text(".details li")).contains(".conf");
    browser.console(); // the browser tells there of the 422
  }

  @Test
  void fitsANarrowScreen() {
    signIn(browser.size(390, 844));
    assertThat(browser.run("return String(document.documentElement.scrollWidth <= innerWidth)"))
        .isEqualTo("true");
    browser.size(1280, 1000);
    assertNoConsoleErrors();
  }
}
