package org.pgdeeplake.proxy.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.SocketException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.pgdeeplake.proxy.backend.CheckResult.Status;
import org.pgdeeplake.proxy.demand.Demand;
import org.pgdeeplake.proxy.net.Places;

// Whatever comes in on the admin port costs little: it gets a 4xx or a close, and others go on.
class AdminLimitsTest {
  private static final Limits IMPATIENT =
      Limits.DEFAULT.with(Duration.ofMillis(300), Duration.ofMillis(50), Duration.ofSeconds(5));

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

  /** So many connections, so many brief ones and so many streams, for everybody and for each. */
  private static Limits places(int connections, int brief, int streams) {
    return new Limits(
        new Places.Size(connections, connections),
        new Places.Size(brief, brief),
        new Places.Size(streams, streams),
        Duration.ofSeconds(60),
        Duration.ofMillis(300),
        Duration.ofMillis(50),
        Duration.ofSeconds(5));
  }

  private static List<RawHttp> open(RunningAdmin admin, int connections) throws IOException {
    List<RawHttp> open = new ArrayList<>();
    for (int i = 0; i < connections; i++) {
      RawHttp raw = admin.connect();
      assertThat(raw.get("/api/v1").head().getFirst()).isEqualTo("http/1.1 200 ok");
      open.add(raw);
    }
    return open;
  }

  @Test
  void whenConnectionsAreTakenProbesAreStillAnswered() throws IOException {
    try (RunningAdmin admin = new RunningAdmin(places(3, 1, 1))) {
      List<RawHttp> open = open(admin, 3);
      for (String path : List.of("/health/live", "/health/ready", "/metrics")) {
        await()
            .atMost(Duration.ofSeconds(5))
            .ignoreExceptionsInstanceOf(IOException.class)
            .untilAsserted(() -> {
              try (RawHttp brief = admin.connect().get(path).get(path)) {
                String all = brief.rest();
                assertThat(all).startsWith("HTTP/1.1 200 OK").containsOnlyOnce("HTTP/1.1");
              }
            });
      }
      await()
          .atMost(Duration.ofSeconds(5))
          .ignoreExceptionsInstanceOf(IOException.class)
          .untilAsserted(() -> {
            try (RawHttp brief = admin.connect().get("/api/v1/demand/stream")) {
              assertThat(brief.rest()).startsWith("HTTP/1.1 503 ").contains("too many connections");
            }
          });
      try (RawHttp silent = admin.connect()) {
        assertThat(silent.rest()).isEmpty();
      }
      for (RawHttp raw : open) {
        raw.close();
      }
      await()
          .atMost(Duration.ofSeconds(5))
          .ignoreExceptionsInstanceOf(IOException.class)
          .untilAsserted(() -> open(admin, 1).getFirst().close());
    }
  }

  @Test
  void whoComesWhenEveryPlaceIsTakenIsClosedAtOnce() throws IOException {
    try (RunningAdmin admin = new RunningAdmin(places(2, 0, 1))) {
      List<RawHttp> open = open(admin, 2);
      try (RawHttp refused = admin.connect()) {
        assertThat(refused.rest()).isEmpty();
      }
      for (RawHttp raw : open) {
        raw.close();
      }
    }
  }

  @Test
  void anAddressTakesOnlyItsPart() {
    Limits limits =
        new Limits(
            new Places.Size(4, 2),
            new Places.Size(2, 1),
            new Places.Size(1, 1),
            Duration.ofSeconds(60),
            Duration.ofSeconds(5),
            Duration.ofMillis(50),
            Duration.ofSeconds(5));
    Entrance entrance = new Entrance(limits);
    assertThat(kind(entrance, "10.0.0.1")).isEqualTo("whole");
    Entrance.Ticket second = entrance.take(InetAddress.ofLiteral("10.0.0.1"));
    assertThat(kind(entrance, "10.0.0.1")).isEqualTo("brief");
    assertThat(kind(entrance, "10.0.0.1")).isEqualTo("none");
    assertThat(kind(entrance, "2001:db8::1")).isEqualTo("whole");
    assertThat(kind(entrance, "2001:db8::2")).isEqualTo("whole");
    assertThat(kind(entrance, "10.0.0.2")).isEqualTo("brief");
    assertThat(kind(entrance, "10.0.0.3")).isEqualTo("none");
    assertThat(kind(entrance, "127.0.0.1")).isEqualTo("brief");
    Objects.requireNonNull(second).leave().run();
    assertThat(kind(entrance, "10.0.0.3")).isEqualTo("whole");
  }

  private static String kind(Entrance entrance, String address) {
    Entrance.Ticket ticket = entrance.take(InetAddress.ofLiteral(address));
    return ticket == null ? "none" : ticket.brief() ? "brief" : "whole";
  }

  @Test
  void streamsBeyondAFewAreForWhoHasTheCredentials() throws IOException {
    String stream = "/api/v1/demand/stream";
    try (RunningAdmin admin = new RunningAdmin(places(16, 1, 2));
        RawHttp first = admin.connect().get(stream);
        RawHttp second = admin.connect().get(stream)) {
      assertThat(first.head().getFirst()).isEqualTo("http/1.1 200 ok");
      assertThat(second.head().getFirst()).isEqualTo("http/1.1 200 ok");
      try (RawHttp third = admin.connect().get(stream)) {
        assertThat(third.head().getFirst()).isEqualTo("http/1.1 503 service unavailable");
        assertThat(third.line()).contains("send user and password");
      }
      try (RawHttp known = admin.connect()) {
        known.send(
            "GET %s HTTP/1.1\r\nHost: x\r\nAuthorization: %s\r\n\r\n"
                .formatted(stream, RunningAdmin.basic(RunningAdmin.USER, RunningAdmin.PASSWORD)));
        assertThat(known.head().getFirst()).isEqualTo("http/1.1 200 ok");
      }
      first.reset();
      await()
          .atMost(Duration.ofSeconds(5))
          .untilAsserted(() -> {
            try (RawHttp next = admin.connect().get(stream)) {
              assertThat(next.head().getFirst()).isEqualTo("http/1.1 200 ok");
            }
          });
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
        Limits.DEFAULT.with(Duration.ofMillis(300), Duration.ofMillis(1), Duration.ofMillis(1));
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
