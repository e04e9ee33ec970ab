package org.pgdeeplake.proxy.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.pgdeeplake.proxy.backend.AdministrativeState;
import org.pgdeeplake.proxy.operation.Caller;
import org.pgdeeplake.proxy.support.Browser;
import org.pgdeeplake.proxy.support.NeedsProgram;
import org.pgdeeplake.proxy.support.RawClient;
import org.pgdeeplake.proxy.support.TestPostgres;
import org.pgdeeplake.proxy.support.TestProxy;

// Rule: the pictures in the documents are of a real run. -Dpictures=docs writes them there anew.
@NeedsProgram({"chromium", "chromedriver"})
@Tag("long")
class StatsPictureIT {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final Path ELSEWHERE = Path.of("target", "pictures");

  private final List<AutoCloseable> open = new ArrayList<>();

  @Test
  void lightAndDark() throws Exception {
    String wanted = System.getProperty("pictures");
    Path directory = wanted == null ? ELSEWHERE : Path.of("..").resolve(wanted);
    Files.createDirectories(directory);
    try (TestPostgres first = TestPostgres.create();
        TestPostgres second = TestPostgres.create();
        TestProxy proxy = proxy(first, second);
        Browser browser = Browser.start().size(1440, 1580)) {
      try {
        happen(proxy, first, second);
        String page = "127.0.0.1:" + proxy.proxy().adminAddress().getPort() + "/stats";
        browser.open("http://ops:secret@" + page).open("http://" + page);
        assertThat(browser.text("#state")).contains("Asleep", "analytics", "3 clients wait");
        for (boolean dark : List.of(false, true)) {
          Path file = directory.resolve(dark ? "stats-dark.png" : "stats-light.png");
          browser.dark(dark).screenshot(file);
          assertThat(Files.size(file)).isGreaterThan(50_000);
        }
      } finally {
        for (AutoCloseable resource : open) {
          resource.close();
        }
      }
    }
  }

  private static TestProxy proxy(TestPostgres first, TestPostgres second) {
    return TestProxy.to(first, second)
        .proxy(
            "admin.stats { user = ops, password = secret }",
            """
            frontends.analytics_frontend { bind = "127.0.0.1:0", default-backend = analytics }
            backends.analytics.servers = [{ name = analytics-1, address = "127.0.0.1:9" }]
            """)
        .start();
  }

  /** A wake, sessions of every kind, a drained server, and a backend whose instance never comes. */
  private void happen(TestProxy proxy, TestPostgres first, TestPostgres second)
      throws SQLException, IOException {
    RawClient early = keep(RawClient.open(proxy.address()));
    early.send(RawClient.startup());
    proxy.awaitQueued(1);
    first.start();
    second.start();
    early.readUntil('Z');
    early.value("select 1");
    proxy.awaitUp(2);
    for (String application : List.of("dashboard", "billing-worker", "psql", "nightly-report")) {
      Connection connection =
          keep(
              proxy.connect(
                  "sslmode=disable",
                  "ApplicationName=" + application,
                  "assumeMinServerVersion=16"));
      if (application.equals("billing-worker")) {
        connection.setAutoCommit(false);
      }
      try (Statement statement = connection.createStatement()) {
        statement.execute("select repeat('x', 1000) from generate_series(1, 3000)");
      }
    }
    RawClient busy = keep(RawClient.session(proxy.address()));
    busy.send(RawClient.query("select pg_sleep(300)"));
    proxy
        .operations()
        .administer(new Caller("test", "", null), proxy.server(2), AdministrativeState.DRAIN);
    for (int i = 0; i < 3; i++) {
      RawClient waiter = keep(RawClient.open(proxy.proxy().address("analytics_frontend")));
      waiter.send(RawClient.startup("application_name", "etl-" + i));
    }
    await().atMost(LIMIT).until(() -> proxy.demand().oldestWaiterSeconds() > 12);
  }

  private <T extends AutoCloseable> T keep(T resource) {
    open.addFirst(resource);
    return resource;
  }
}
