package org.pgdeeplake.proxy.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.BindException;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.pgdeeplake.proxy.backend.AdministrativeState;

// Requests that are sent ahead are answered in their order, whatever they are, and none after the
// last one.
class PipelineTest {
  private static final String BASIC = RunningAdmin.basic(RunningAdmin.USER, RunningAdmin.PASSWORD);
  private static final String LIVE = "GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n";

  private RunningAdmin admin;

  @BeforeEach
  void start() throws BindException {
    admin = new RunningAdmin(Limits.DEFAULT);
    admin.scene.up(1);
    admin.scene.enter();
  }

  @AfterEach
  void stop() {
    admin.close();
  }

  private static String post(String path, String... headers) {
    return "POST /api/v1/servers/%s HTTP/1.1\r\nHost: x\r\nAuthorization: %s\r\n%s\r\n"
        .formatted(
            path,
            BASIC,
            headers.length == 0 ? "Content-Length: 0\r\n" : String.join("\r\n", headers) + "\r\n");
  }

  /** The server has a session, so it takes this long to be answered. */
  private static String drain(String wait) {
    return post("pg-deeplake-1/drain?wait=" + wait);
  }

  private static void assert504(RawHttp raw) throws IOException {
    assertThat(raw.head().getFirst()).isEqualTo("http/1.1 504 gateway timeout");
    assertThat(raw.line()).contains("it still has sessions");
  }

  @Test
  void answersKeepTheOrderOfTheirRequests() throws Exception {
    try (RawHttp raw = admin.connect().send(drain("200ms") + LIVE)) {
      assert504(raw);
      assertThat(raw.head().getFirst()).isEqualTo("http/1.1 200 ok");
    }
  }

  @Test
  void whoSendsMoreAheadThanAnybodyShouldIsClosed() throws Exception {
    try (RawHttp raw = admin.connect().send(drain("1h") + LIVE.repeat(20))) {
      assertThat(raw.rest()).isEmpty();
    }
  }

  @Test
  void whatCannotBeReadIsRefusedInItsTurn() throws Exception {
    try (RawHttp raw = admin.connect().send(drain("200ms") + LIVE + "\u0001 garbage\r\n\r\n")) {
      assert504(raw);
      assertThat(raw.head().getFirst()).isEqualTo("http/1.1 200 ok");
      assertThat(raw.body(3)).isEqualTo("ok\n");
      assertThat(raw.rest()).startsWith("HTTP/1.1 400 ");
    }
  }

  @Test
  void whatIsTooLargeIsRefusedInItsTurn() throws Exception {
    String large = post("x/drain", "Content-Length: 65537") + "x".repeat(65537);
    try (RawHttp raw = admin.connect().send(drain("200ms") + large + LIVE)) {
      assert504(raw);
      assertThat(raw.head().getFirst()).isEqualTo("http/1.1 413 request entity too large");
      assertThat(raw.line()).contains("at most 65536 bytes");
      assertThat(raw.head().getFirst()).isEqualTo("http/1.1 200 ok");
    }
    String waiting = post("x/drain", "Content-Length: 65537", "Expect: 100-continue");
    try (RawHttp raw = admin.connect().send(drain("200ms") + waiting)) {
      assert504(raw);
      assertThat(raw.rest()).startsWith("HTTP/1.1 413 ");
    }
  }

  @Test
  void nobodyIsAskedForABodyInTheMiddleOfAnAnswer() throws Exception {
    String body = post("pg-deeplake-2/drain", "Content-Length: 2", "Expect: 100-continue");
    try (RawHttp raw = admin.connect().send(drain("200ms") + body)) {
      assert504(raw);
      raw.send("{}");
      assertThat(raw.head().getFirst()).isEqualTo("http/1.1 200 ok");
    }
    try (RawHttp raw = admin.connect().send(body)) {
      assertThat(raw.head().getFirst()).isEqualTo("http/1.1 100 continue");
      raw.send("{}");
      assertThat(raw.head().getFirst()).isEqualTo("http/1.1 200 ok");
    }
  }

  @Test
  void aRequestSentAheadDoesNotEndALongWait() throws Exception {
    Limits impatient =
        Limits.DEFAULT.with(Duration.ofMillis(100), Duration.ofMillis(50), Duration.ofSeconds(5));
    try (RunningAdmin other = new RunningAdmin(impatient)) {
      other.scene.up(1);
      other.scene.enter();
      try (RawHttp raw = other.connect().send(drain("500ms"))) {
        await().until(() -> other.scene.server(1).administrative() == AdministrativeState.DRAIN);
        raw.send(LIVE);
        assert504(raw);
        assertThat(raw.head().getFirst()).isEqualTo("http/1.1 200 ok");
        assertThat(raw.rest()).isEqualTo("ok\n");
      }
    }
  }

  @Test
  void norBehindOneThatIsTooLarge() throws Exception {
    String large =
        post("x/drain", "Content-Length: 65537", "Connection: close") + "x".repeat(65537);
    String behind = post("pg-deeplake-2/drain");
    for (String before : new String[] {"", drain("100ms")}) {
      try (RawHttp raw = admin.connect().send(before + large + behind)) {
        assertThat(raw.rest()).contains("HTTP/1.1 413 ").doesNotContain("pg-deeplake-2");
        assertThat(admin.scene.server(2).administrative()).isEqualTo(AdministrativeState.READY);
      }
    }
  }

  @Test
  void nothingIsDoneBehindTheLastRequest() throws Exception {
    String close = post("pg-deeplake-1/ready", "Content-Length: 0", "Connection: close");
    String behind = post("pg-deeplake-2/drain");
    for (String before : new String[] {"", drain("100ms")}) {
      try (RawHttp raw = admin.connect().send(before + close + behind)) {
        String all = raw.rest();
        assertThat(all).contains("\"administrative\":\"ready\"").doesNotContain("pg-deeplake-2");
        assertThat(admin.scene.server(2).administrative()).isEqualTo(AdministrativeState.READY);
      }
    }
  }
}
