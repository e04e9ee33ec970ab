package org.pgdeeplake.proxy.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.SocketException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.pgdeeplake.proxy.backend.CheckResult.Status;
import org.pgdeeplake.proxy.demand.Demand;

// Whatever comes in on the admin port costs little: it gets a 4xx or a close, and others go on.
class AdminLimitsTest {
  private static final Limits IMPATIENT =
      new Limits(256, Duration.ofMillis(300), Duration.ofMillis(50), Duration.ofSeconds(5));

  private static void goesOn(RunningAdmin admin) throws IOException {
    try (RawHttp raw = admin.connect()) {
      assertThat(raw.get("/health/live").head().getFirst()).isEqualTo("http/1.1 200 ok");
    }
  }

  @Test
  void garbageGets400() throws IOException {
    try (RunningAdmin admin = new RunningAdmin(Limits.DEFAULT);
        RawHttp raw = admin.connect()) {
      raw.send("\u0001\u0002 garbage\r\n\r\n");
      assertThat(raw.rest()).startsWith("HTTP/1.1 400 ");
      goesOn(admin);
    }
  }

  @Test
  void aLongRequestLineGets414() throws IOException {
    try (RunningAdmin admin = new RunningAdmin(Limits.DEFAULT);
        RawHttp raw = admin.connect()) {
      raw.send("GET /" + "x".repeat(5000) + " HTTP/1.1\r\n\r\n");
      assertThat(raw.rest()).startsWith("HTTP/1.1 414 ");
      goesOn(admin);
    }
  }

  @Test
  void longHeadersGet431() throws IOException {
    try (RunningAdmin admin = new RunningAdmin(Limits.DEFAULT);
        RawHttp raw = admin.connect()) {
      raw.send("GET / HTTP/1.1\r\nHost: test\r\nX: " + "x".repeat(9000) + "\r\n\r\n");
      assertThat(raw.rest()).startsWith("HTTP/1.1 431 ");
      goesOn(admin);
    }
  }

  @Test
  void aLargeBodyGets413() throws IOException {
    try (RunningAdmin admin = new RunningAdmin(Limits.DEFAULT);
        RawHttp raw = admin.connect()) {
      raw.send("POST / HTTP/1.1\r\nHost: test\r\nContent-Length: 65537\r\n\r\n");
      assertThat(raw.head().getFirst()).startsWith("http/1.1 413 ");
      goesOn(admin);
    }
  }

  @Test
  void aLargeBodyThatWaitsToBeAskedGets413() throws IOException {
    try (RunningAdmin admin = new RunningAdmin(Limits.DEFAULT);
        RawHttp raw = admin.connect()) {
      raw.send(
          "POST / HTTP/1.1\r\nHost: test\r\nExpect: 100-continue\r\nContent-Length: 65537\r\n\r\n");
      assertThat(raw.rest()).startsWith("HTTP/1.1 413 ");
      goesOn(admin);
    }
  }

  @Test
  void aSlowRequestIsClosed() throws IOException {
    try (RunningAdmin admin = new RunningAdmin(IMPATIENT);
        RawHttp raw = admin.connect()) {
      raw.send("GET /metrics HT");
      await()
          .pollInterval(Duration.ofMillis(50))
          .atMost(Duration.ofSeconds(5))
          .until(() -> refused(raw, "T"));
      goesOn(admin);
    }
  }

  /** Whether the other side has closed; a byte is sent each time, so it is never silent. */
  private static boolean refused(RawHttp raw, String more) throws IOException {
    try {
      raw.send(more);
      return false;
    } catch (SocketException e) {
      return true;
    }
  }

  @Test
  void aSilentConnectionIsClosed() throws IOException {
    try (RunningAdmin admin = new RunningAdmin(IMPATIENT);
        RawHttp raw = admin.connect()) {
      assertThat(raw.rest()).isEmpty();
      goesOn(admin);
    }
  }

  @Test
  void aConnectionIsClosedSomeTimeAfterItsLastAnswer() throws IOException {
    try (RunningAdmin admin = new RunningAdmin(IMPATIENT);
        RawHttp raw = admin.connect()) {
      assertThat(raw.get("/health/live").head().getFirst()).isEqualTo("http/1.1 200 ok");
      assertThat(raw.rest()).isEqualTo("ok\n");
      goesOn(admin);
    }
  }

  @Test
  void moreConnectionsThanAllowedAreClosedAtOnce() throws IOException {
    Limits three =
        new Limits(3, Duration.ofSeconds(60), Duration.ofMillis(50), Duration.ofSeconds(5));
    try (RunningAdmin admin = new RunningAdmin(three)) {
      List<RawHttp> open = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        RawHttp raw = admin.connect();
        assertThat(raw.get("/health/live").head().getFirst()).isEqualTo("http/1.1 200 ok");
        open.add(raw);
      }
      try (RawHttp refused = admin.connect()) {
        assertThat(refused.rest()).isEmpty();
      }
      for (RawHttp raw : open) {
        raw.close();
      }
      await()
          .atMost(Duration.ofSeconds(5))
          .ignoreExceptionsInstanceOf(IOException.class)
          .untilAsserted(() -> goesOn(admin));
    }
  }

  @Test
  void whoAsksOnAndOnWithoutReadingIsClosed() throws IOException {
    try (RunningAdmin admin = new RunningAdmin(Limits.DEFAULT);
        RawHttp raw = admin.connect()) {
      String requests = "GET /metrics HTTP/1.1\r\n\r\n".repeat(1000);
      await()
          .pollInterval(Duration.ofMillis(10))
          .atMost(Duration.ofSeconds(20))
          .until(() -> refused(raw, requests));
      goesOn(admin);
    }
  }

  @Test
  void aStreamThatIsNotReadIsClosed() throws IOException {
    Limits fast =
        new Limits(256, Duration.ofMillis(300), Duration.ofMillis(1), Duration.ofMillis(1));
    try (RunningAdmin admin = new RunningAdmin(fast)) {
      Demand demand = admin.scene.demand;
      admin.scene.checked(1, Status.L7RSP, "x".repeat(200_000));
      try (RawHttp raw = admin.connect()) {
        raw.get("/api/v1/demand/stream");
        await().atMost(Duration.ofSeconds(5)).until(() -> demand.listeners() == 1);
        await().atMost(Duration.ofSeconds(20)).until(() -> demand.listeners() == 0);
        goesOn(admin);
      }
    }
  }
}
