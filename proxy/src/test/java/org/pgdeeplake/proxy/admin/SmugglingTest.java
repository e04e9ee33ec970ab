package org.pgdeeplake.proxy.admin;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

// Rule: where a request ends is never a matter of opinion (RFC 9112, 11.2): one whose length is
// told in two ways, or in none that is known, is the last of its connection, and nothing hides
// behind it.
class SmugglingTest {
  private static final String ALLOWED =
      "Authorization: Basic "
          + Base64.getEncoder()
              .encodeToString(
                  (RunningAdmin.USER + ":" + RunningAdmin.PASSWORD)
                      .getBytes(StandardCharsets.UTF_8))
          + "\r\n";
  private static final String HIDDEN =
      "POST /api/v1/shutdown HTTP/1.1\r\nHost: test\r\n"
          + ALLOWED
          + "Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}";

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Content-Length: 4\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding: chunked\r\nContent-Length: 4",
        "Content-Length: 0\r\nContent-Length: 5",
        "Content-Length: 0, 5",
        "Content-Length: +5",
        "Content-Length: -5",
        "Content-Length: 0x5",
        "Content-Length : 5",
        "Transfer-Encoding: xchunked",
        "Transfer-Encoding: identity, chunked, identity",
        "Transfer-Encoding: chunked, identity",
        "Transfer-Encoding:\u000bchunked",
        "Transfer-Encoding : chunked",
        "X: a\nTransfer-Encoding: chunked",
      })
  void nothingHidesBehindIt(String lengths) throws IOException {
    try (RunningAdmin admin = new RunningAdmin(Limits.DEFAULT);
        RawHttp raw = admin.connect()) {
      raw.send(
          "POST /api/v1/reload HTTP/1.1\r\nHost: test\r\n"
              + lengths
              + "\r\n\r\n0\r\n\r\n"
              + HIDDEN);
      assertThat(raw.rest().split("HTTP/1\\.1 ", -1)).as("answers").hasSize(2);
      assertThat(admin.shutdowns).hasValue(0);
    }
  }

  /** What is behind a whole request is another one: the test can fail. */
  @Test
  void whatIsBehindAWholeRequestIsCarriedOut() throws IOException {
    try (RunningAdmin admin = new RunningAdmin(Limits.DEFAULT);
        RawHttp raw = admin.connect()) {
      raw.send("GET /health/live HTTP/1.1\r\nHost: test\r\nContent-Length: 0\r\n\r\n");
      raw.send(HIDDEN);
      assertThat(raw.head().getFirst()).isEqualTo("http/1.1 200 ok");
      assertThat(raw.body(3)).isEqualTo("ok\n");
      assertThat(raw.head().getFirst()).startsWith("http/1.1 2");
      assertThat(admin.shutdowns).hasValue(1);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/../../etc/passwd",
        "/stats/../../../etc/passwd",
        "/stats/%2e%2e/%2e%2e/etc/passwd",
        "/static/..%2f..%2freference.conf",
        "//etc/passwd",
        "/stats/stats.css%00.html",
        "/health/live%0d%0aX-Injected:%201",
        "/stats?s=%0d%0aX-Injected:%201",
        "http://elsewhere/../etc/passwd",
        "*",
      })
  void noPathLeadsElsewhere(String path) throws IOException {
    try (RunningAdmin admin = new RunningAdmin(Limits.DEFAULT);
        RawHttp raw = admin.connect()) {
      raw.send(
          "GET " + path + " HTTP/1.1\r\nHost: test\r\n" + ALLOWED + "Connection: close\r\n\r\n");
      assertThat(raw.rest())
          .matches("(?s)HTTP/1\\.1 (?:200|303|400|404) .*")
          .doesNotContain("root:")
          .doesNotContain("\nX-Injected");
    }
  }
}
