package org.pgdeeplake.proxy.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.pgdeeplake.proxy.backend.AdministrativeState;
import org.pgdeeplake.proxy.support.Browser;
import org.pgdeeplake.proxy.support.NeedsProgram;

// Rule: the page is seen and told what to do by nobody else than who knows the password.
@NeedsProgram({"chromium", "chromedriver"})
@Tag("long")
class StatsPageStrangersIT extends StatsPageStage {
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
}
