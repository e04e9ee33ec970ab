package org.pgdeeplake.proxy.admin;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.BindException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.pgdeeplake.proxy.backend.AdministrativeState;
import org.pgdeeplake.proxy.config.Credentials;
import org.pgdeeplake.proxy.config.Secret;
import org.pgdeeplake.proxy.support.LoggedLines;

// What names clients or changes anything is for who has the password, and for no page of another
// site.
class GateTest {
  private static final String DRAIN = "/api/v1/servers/pg-deeplake-1/drain";
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

  private AdministrativeState state() {
    return admin.scene.server(1).administrative();
  }

  private HttpResponse<String> login(String path, String user, String password) throws Exception {
    return admin.send("GET", path, "", "Authorization", RunningAdmin.basic(user, password));
  }

  @ParameterizedTest
  @CsvSource({
    "GET, /api/v1/sessions",
    "GET, /api/v1/config",
    "POST, " + DRAIN,
    "DELETE, /api/v1/sessions/1",
    "POST, /api/v1/reload",
    "POST, /api/v1/shutdown",
    "POST, /api/v1/wake",
    "POST, /api/v1/backends/pg_backends/pause",
    "GET, /stats",
    "GET, /stats;norefresh",
    "GET, /stats/confirm?action=reload"
  })
  void withoutThePasswordItIs401(String method, String path) throws Exception {
    HttpResponse<String> response = admin.send(method, path, "");
    assertThat(response.statusCode()).isEqualTo(401);
    assertThat(response.headers().firstValue("www-authenticate"))
        .contains("Basic realm=\"HAProxy Statistics\"");
    assertThat(response.body()).contains("user and password are needed");
    assertThat(state()).isEqualTo(AdministrativeState.READY);
    assertThat(admin.shutdowns).hasValue(0);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Basic",
        "Basic ",
        "Basic %%%",
        "Basic b3Bz",
        "Bearer abc",
        "Digest username=\"ops\""
      })
  void whatIsNoLoginIs401(String authorization) throws Exception {
    assertThat(admin.send("GET", "/stats", "", "Authorization", authorization).statusCode())
        .isEqualTo(401);
  }

  @Test
  void userAndPasswordMustBothBeRight() throws Exception {
    String path = "/api/v1/config";
    assertThat(login(path, RunningAdmin.USER, RunningAdmin.PASSWORD).statusCode()).isEqualTo(200);
    assertThat(login(path, RunningAdmin.USER, "x").body()).contains("wrong user or password");
    assertThat(login(path, "x", RunningAdmin.PASSWORD).statusCode()).isEqualTo(401);
    assertThat(login(path, RunningAdmin.USER, "").statusCode()).isEqualTo(401);
  }

  @Test
  void aReloadChangesThePassword() throws Exception {
    admin.credentials = new Credentials("new", new Secret("other"));
    assertThat(admin.ask("GET", "/api/v1/config").statusCode()).isEqualTo(401);
    assertThat(login("/api/v1/config", "new", "other").statusCode()).isEqualTo(200);
  }

  @Test
  void withoutConfiguredCredentialsAllOfItIsOff() throws Exception {
    admin.credentials = null;
    for (String path : new String[] {"/stats", "/api/v1/sessions", "/api/v1/config"}) {
      HttpResponse<String> response = admin.ask("GET", path);
      assertThat(response.statusCode()).as(path).isEqualTo(403);
      assertThat(response.body()).contains("proxy.admin.stats.user");
    }
    assertThat(admin.ask("POST", DRAIN).statusCode()).isEqualTo(403);
    assertThat(state()).isEqualTo(AdministrativeState.READY);
    assertThat(admin.ask("GET", "/api/v1/backends").statusCode()).isEqualTo(200);
  }

  @Test
  void guessingIsSlowedAndLoggedWithoutThePassword() throws Exception {
    try (LoggedLines lines = new LoggedLines(FailedLogins.class.getName())) {
      for (int i = 0; i < FailedLogins.BURST; i++) {
        assertThat(login("/stats", RunningAdmin.USER, "hunter" + i).statusCode()).isEqualTo(401);
      }
      HttpResponse<String> refused = login("/stats", RunningAdmin.USER, "hunter");
      assertThat(refused.statusCode()).isEqualTo(429);
      assertThat(refused.headers().firstValueAsLong("retry-after").orElse(0)).isBetween(1L, 6L);
      assertThat(lines.lines()).containsExactly("admin: wrong user or password from 127.0.0.1");
    }
    assertThat(admin.send("GET", "/metrics", "").statusCode()).isEqualTo(200);
  }

  @Test
  void failuresAreForgottenAndCountForTheirAddressOnly() throws UnknownHostException {
    AtomicLong now = new AtomicLong();
    FailedLogins failures = new FailedLogins(now::get);
    InetAddress guesser = InetAddress.ofLiteral("2001:db8::1");
    for (int i = 0; i < FailedLogins.BURST + 5; i++) {
      failures.failed(guesser, "guess " + i);
    }
    assertThat(failures.pause(guesser, "x")).isEqualTo(FailedLogins.PACE.multipliedBy(6));
    assertThat(failures.pause(InetAddress.ofLiteral("2001:db8::2"), "x")).isPositive();
    assertThat(failures.pause(InetAddress.ofLiteral("2001:db8:0:1::1"), "x")).isZero();
    assertThat(failures.pause(InetAddress.ofLiteral("127.0.0.1"), "x")).isZero();
    now.addAndGet(FailedLogins.PACE.multipliedBy(6).toNanos());
    assertThat(failures.pause(guesser, "x")).isZero();
    failures.failed(guesser, "guess");
    assertThat(failures.pause(guesser, "x")).isBetween(Duration.ofNanos(1), FailedLogins.PACE);
  }

  /** Behind one address there are many: a gateway, a container network. */
  @Test
  void whoWasRightIsNotKeptOutByANeighbour() throws Exception {
    assertThat(admin.ask("GET", "/api/v1/config").statusCode()).isEqualTo(200);
    for (int i = 0; i <= FailedLogins.BURST; i++) {
      login("/api/v1/config", RunningAdmin.USER, "guess " + i);
    }
    assertThat(login("/api/v1/config", RunningAdmin.USER, "guess").statusCode()).isEqualTo(429);
    assertThat(admin.ask("GET", "/api/v1/config").statusCode()).isEqualTo(200);
    assertThat(login("/api/v1/config", RunningAdmin.USER, "guess").statusCode()).isEqualTo(429);
    assertThat(admin.send("GET", "/metrics", "").body())
        .contains("\npgproxy_admin_logins_failed_total " + FailedLogins.BURST + ".0\n");
    admin.credentials = new Credentials("new", new Secret("other"));
    assertThat(admin.ask("GET", "/api/v1/config").statusCode()).isEqualTo(401);
    assertThat(admin.ask("GET", "/api/v1/config").statusCode()).isEqualTo(429);
  }

  @Test
  void anOldPasswordAgainAndAgainIsNoGuess() throws Exception {
    for (int i = 0; i < 2 * FailedLogins.BURST; i++) {
      assertThat(login("/stats", RunningAdmin.USER, "old").statusCode()).isEqualTo(401);
    }
    assertThat(admin.ask("GET", "/stats").statusCode()).isEqualTo(200);
  }

  @Test
  void theRightPasswordEndsTheRow() throws Exception {
    for (int round = 0; round < 2; round++) {
      for (int i = 0; i < FailedLogins.BURST; i++) {
        assertThat(login("/stats", "x", "typo " + i).statusCode())
            .as(round + "." + i)
            .isEqualTo(401);
        if (i == FailedLogins.BURST - 2 && round == 0) {
          assertThat(admin.ask("GET", "/stats").statusCode()).isEqualTo(200);
          break;
        }
      }
    }
    assertThat(login("/stats", "x", "typo").statusCode()).isEqualTo(429);
  }

  @Test
  void aNeighbourWhoIsRightAllTheTimeGivesAGuesserNothing() throws Exception {
    admin.ask("GET", "/stats");
    for (int i = 0; i < FailedLogins.BURST; i++) {
      assertThat(login("/stats", "x", "guess " + i).statusCode()).isEqualTo(401);
      admin.ask("GET", "/stats");
    }
    assertThat(login("/stats", "x", "guess").statusCode()).isEqualTo(429);
  }

  @ParameterizedTest
  @CsvSource({
    "Origin, http://evil.example",
    "Origin, null",
    "Origin, http://127.0.0.1:1",
    "Origin, http://127.0.0.1.evil.example",
    "Sec-Fetch-Site, cross-site",
    "Sec-Fetch-Site, same-site",
    "Sec-Fetch-Site, none",
    "Referer, http://evil.example/page"
  })
  void aPageOfAnotherSiteChangesNothing(String header, String value) throws Exception {
    for (String path : new String[] {DRAIN, "/stats"}) {
      HttpResponse<String> response =
          path.equals(DRAIN)
              ? admin.send("POST", path, "", "Authorization", BASIC, header, value)
              : admin.send(
                  "POST",
                  path,
                  "s=pg-deeplake-1&b=pg_backends&action=drain&csrf=" + token(),
                  "Authorization",
                  BASIC,
                  "Content-Type",
                  "application/x-www-form-urlencoded",
                  header,
                  value);
      assertThat(response.statusCode()).as(path).isEqualTo(403);
      assertThat(state()).isEqualTo(AdministrativeState.READY);
    }
  }

  private String token() throws Exception {
    String page = admin.ask("GET", "/stats/confirm?action=reload").body();
    int start = page.indexOf("name=\"csrf\" value=\"") + "name=\"csrf\" value=\"".length();
    return page.substring(start, page.indexOf('"', start));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "application/x-www-form-urlencoded",
        "text/plain",
        "multipart/form-data; boundary=x"
      })
  void whatAFormCanSendIsNoChangeByApi(String type) throws Exception {
    HttpResponse<String> response =
        admin.send("POST", DRAIN, "a=b", "Authorization", BASIC, "Content-Type", type);
    assertThat(response.statusCode()).isEqualTo(415);
    assertThat(response.body()).contains("without -d");
    assertThat(state()).isEqualTo(AdministrativeState.READY);
  }

  @Test
  void theSameOriginMayChangeThings() throws Exception {
    String origin = "http://127.0.0.1:" + admin.address().getPort();
    HttpResponse<String> response =
        admin.send(
            "POST",
            DRAIN,
            "",
            "Authorization",
            BASIC,
            "Origin",
            origin,
            "Sec-Fetch-Site",
            "same-origin",
            "Referer",
            origin + "/stats",
            "Content-Type",
            "application/json");
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(state()).isEqualTo(AdministrativeState.DRAIN);
  }

  /** A name that an attacker points at this address is an origin without the password. */
  @Test
  void anotherHostThanTheOriginsIsRefused() throws Exception {
    try (RawHttp raw = admin.connect()) {
      raw.send(
          "POST "
              + DRAIN
              + " HTTP/1.1\r\nHost: a.example\r\nOrigin: http://b.example\r\n"
              + "Authorization: "
              + BASIC
              + "\r\nContent-Length: 0\r\n\r\n");
      assertThat(raw.head().getFirst()).isEqualTo("http/1.1 403 forbidden");
    }
  }
}
