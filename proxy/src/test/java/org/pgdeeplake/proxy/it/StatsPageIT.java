package org.pgdeeplake.proxy.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.pgdeeplake.proxy.backend.AdministrativeState;
import org.pgdeeplake.proxy.support.Browser;
import org.pgdeeplake.proxy.support.NeedsProgram;
import org.pgdeeplake.proxy.support.RawClient;
import org.pgdeeplake.proxy.support.TestPostgres;
import org.pgdeeplake.proxy.support.TestProxy;

// Rule: in a real browser the page shows what is, does what it is told by itself, and by nobody
// else.
@NeedsProgram({"chromium", "chromedriver"})
@Tag("long")
class StatsPageIT {
  private static final String LOGIN = "ops:secret";
  private static final TestPostgres first = TestPostgres.started();
  private static final TestPostgres second = TestPostgres.started();
  private static Browser browser;

  private TestProxy proxy;

  @BeforeAll
  static void startBrowser() {
    browser = Browser.start().size(1280, 1000);
  }

  @AfterAll
  static void stop() {
    browser.close();
    first.close();
    second.close();
  }

  @BeforeEach
  void startProxy() {
    proxy =
        TestProxy.to(first, second)
            .proxy("admin.stats { user = ops, password = secret }")
            .start()
            .awaitUp(2);
  }

  @AfterEach
  void stopProxy() {
    browser.open("about:blank");
    proxy.close();
  }

  private String origin(String login) {
    return "http://" + login + "127.0.0.1:" + proxy.proxy().adminAddress().getPort();
  }

  /** As if the user had typed the password into the browser's dialog. */
  private Browser signIn(Browser browser) {
    return browser.open(origin(LOGIN + "@") + "/stats").open(origin("") + "/stats");
  }

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

  private AdministrativeState state(int server) {
    return proxy.server(server).server().administrative();
  }

  private static void assertNoConsoleErrors() {
    assertThat(browser.console()).isEmpty();
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
    proxy
        .operations()
        .pause(new org.pgdeeplake.proxy.operation.Caller("test", "", null), proxy.backend());
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
  void nothingIsSeenWithoutThePassword() throws Exception {
    try (Browser other = Browser.start()) {
      other.open(origin("") + "/stats");
      assertThat(other.has("#state")).isFalse();
      other.open(origin("ops:wrong@") + "/stats");
      assertThat(other.has("#state")).isFalse();
    }
    HttpResponse<String> response =
        HttpClient.newHttpClient()
            .send(
                HttpRequest.newBuilder(URI.create(origin("") + "/stats")).build(),
                BodyHandlers.ofString());
    assertThat(response.statusCode()).isEqualTo(401);
    assertThat(response.headers().firstValue("www-authenticate"))
        .contains("Basic realm=\"HAProxy Statistics\"");
  }

  /** The browser knows the password; a page of another site makes it send HAProxy's form. */
  @Test
  void aPageOfAnotherSiteChangesNothing() throws Exception {
    signIn(browser);
    AtomicReference<String> target = new AtomicReference<>("/stats");
    HttpServer attacker =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    attacker.createContext(
        "/",
        exchange -> {
          byte[] page =
              """
              <!DOCTYPE html><meta name="referrer" content="no-referrer"><title>evil</title>
              <form method="post" action="%s"><input name="s" value="s1">
              <input name="b" value="pg_backends"><input name="action" value="maint"></form>
              <script>document.forms[0].submit()</script>
              """
                  .formatted(origin("") + target.get())
                  .getBytes(StandardCharsets.UTF_8);
          exchange.getResponseHeaders().set("Content-Type", "text/html");
          exchange.sendResponseHeaders(200, page.length);
          exchange.getResponseBody().write(page);
          exchange.close();
        });
    attacker.start();
    try {
      String evil = "http://localhost:" + attacker.getAddress().getPort() + "/";
      browser.open(evil);
      browser.awaitText("body", "Nothing has changed: the form did not come from this page");
      target.set("/api/v1/servers/s1/maint");
      browser.open(evil);
      browser.awaitText("body", "a page of another origin cannot change anything here");
    } finally {
      attacker.stop(0);
    }
    assertThat(state(1)).isEqualTo(AdministrativeState.READY);
    browser.console(); // the browser tells there of the two refusals
  }

  @Test
  void readsAndAsksWithoutScripts() {
    try (Browser plain = Browser.withoutScripts()) {
      signIn(plain);
      assertThat(plain.text("#state")).contains("Serving", "2 of 2 servers are up");
      assertThat(plain.text("#backend-0")).contains("s1", "s2", "UP", "L7OK");
      plain.click("a.drain[href*='s=s2']");
      plain.awaitText("#question", "Drain pg_backends/s2?");
      plain.click("#question button[type=submit]");
      plain.awaitText("#notice", "pg_backends/s2 drains");
      assertThat(state(2)).isEqualTo(AdministrativeState.DRAIN);
    }
  }

  @Test
  void refreshesItselfWithoutScripts() {
    try (Browser plain = Browser.withoutScripts()) {
      signIn(plain).open(origin("") + "/stats;up");
      String moment = plain.text("#moment");
      await()
          .atMost(Duration.ofSeconds(30))
          .until(() -> plain.has("#moment") && !plain.text("#moment").equals(moment));
      assertThat(plain.url()).endsWith("/stats;up");
    }
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
