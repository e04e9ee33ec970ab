package org.pgdeeplake.proxy.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.pgdeeplake.proxy.support.RawClient;
import org.pgdeeplake.proxy.support.ScrapedText;
import org.pgdeeplake.proxy.support.TestPostgres;
import org.pgdeeplake.proxy.support.TestProxy;

// Rule: the response time of a backend and of its servers is the real one, to the server's first
// byte, so that an alert on slow servers can fire.
class SlowServerIT {
  /** PostgreSQL waits so long before it reads a client's first packet. */
  private static final int SLOW_SECONDS = 1;

  @ParameterizedTest
  @ValueSource(strings = {"postgres", "tcp"})
  void showsAsSlow(String mode) throws IOException {
    try (TestPostgres postgres = TestPostgres.started("pre_auth_delay = " + SLOW_SECONDS);
        TestProxy proxy =
            TestProxy.to(postgres)
                .frontend("mode = " + mode)
                .backend("check { timeout = 10s, inter = 10s }")
                .start()) {
      await().atMost(Duration.ofSeconds(20)).until(() -> proxy.backend().activeServers() == 1);
      ScrapedText before = ScrapedText.of(proxy);
      assertThat(before.number("haproxy_backend_response_time_average_seconds")).isZero();
      try (RawClient client = RawClient.session(proxy.address())) {
        assertThat(client.value("select 42")).isEqualTo("42");
      }
      proxy.awaitNoSession();
      ScrapedText after = ScrapedText.of(proxy);
      for (String family :
          new String[] {
            "haproxy_backend_response_time_average_seconds",
            "haproxy_backend_max_response_time_seconds",
            "haproxy_server_response_time_average_seconds",
            "haproxy_server_max_response_time_seconds",
            "pgproxy_first_byte_seconds_sum"
          }) {
        assertThat(after.number(family)).as(family).isBetween(SLOW_SECONDS - 0.1, 9.0);
      }
      assertThat(after.number("haproxy_backend_connect_time_average_seconds")).isLessThan(1);
    }
  }
}
