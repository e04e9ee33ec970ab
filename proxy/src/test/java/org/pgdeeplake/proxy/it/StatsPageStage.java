package org.pgdeeplake.proxy.it;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.pgdeeplake.proxy.backend.AdministrativeState;
import org.pgdeeplake.proxy.support.Browser;
import org.pgdeeplake.proxy.support.TestProxy;

/** The page of a proxy with two servers, and a browser for it. */
abstract class StatsPageStage extends TwoPostgresStage {
  static final String LOGIN = "ops:secret";
  static Browser browser;

  TestProxy proxy;

  @BeforeAll
  static void startBrowser() {
    browser = Browser.start().size(1280, 1000);
  }

  @AfterAll
  static void stopBrowser() {
    browser.close();
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

  String origin(String login) {
    return "http://" + login + "127.0.0.1:" + proxy.proxy().adminAddress().getPort();
  }

  /** As if the user had typed the password into the browser's dialog. */
  Browser signIn(Browser browser) {
    return browser.open(origin(LOGIN + "@") + "/stats").open(origin("") + "/stats");
  }

  AdministrativeState state(int server) {
    return proxy.server(server).server().administrative();
  }

  static void assertNoConsoleErrors() {
    assertThat(browser.console()).isEmpty();
  }
}
