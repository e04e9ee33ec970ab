package org.pgdeeplake.proxy.admin;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpVersion;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.pgdeeplake.proxy.demand.Claim;
import org.pgdeeplake.proxy.metrics.Scene;

// A reader of the demand sees the state at once, each change soon, and a beat when nothing happens.
@Timeout(60)
class DemandStreamTest {
  private static final String STREAM = "/api/v1/demand/stream";

  /** No beat comes in the way of a test. */
  private static final Limits STILL =
      Limits.DEFAULT.with(Duration.ofSeconds(60), Duration.ofMillis(50), Duration.ofHours(1));

  private static RawHttp read(RunningAdmin admin) throws IOException {
    RawHttp raw = admin.connect().get(STREAM);
    assertThat(raw.head())
        .startsWith("http/1.1 200 ok")
        .contains("content-type: application/x-ndjson", "transfer-encoding: chunked");
    return raw;
  }

  @Test
  void thePresentStateComesAtOnceAndAChangeSoon() throws IOException {
    try (RunningAdmin admin = new RunningAdmin(STILL);
        RawHttp raw = read(admin)) {
      assertThat(raw.chunk()).startsWith("{\"demand\":0,").endsWith("}\n").hasLineCount(1);
      Claim claim = admin.scene.demand.claim("pg_backends");
      assertThat(raw.chunk()).startsWith("{\"demand\":1,\"waiting\":1,");
      claim.served("s1");
      assertThat(raw.chunk()).startsWith("{\"demand\":1,\"waiting\":0,\"lingering\":0,\"busy\":1,");
      claim.end(false);
      assertThat(raw.chunk()).startsWith("{\"demand\":0,");
    }
  }

  @Test
  void aBurstSharesLinesAndTheLastOneIsTrue() throws IOException {
    try (RunningAdmin admin = new RunningAdmin(STILL);
        RawHttp raw = read(admin)) {
      raw.chunk();
      long start = System.nanoTime();
      for (int i = 0; i < 1000; i++) {
        var _ = admin.scene.demand.claim("pg_backends");
      }
      int lines = 1;
      while (!raw.chunk().startsWith("{\"demand\":1000,")) {
        lines++;
      }
      long most = 2 + TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start) / 50;
      assertThat(lines).isLessThanOrEqualTo((int) most);
    }
  }

  @Test
  void aLineComesAtLeastEveryHeartbeat() throws IOException {
    Limits beating =
        Limits.DEFAULT.with(Duration.ofMillis(200), Duration.ofMillis(50), Duration.ofMillis(100));
    // Before the first line: however late this reads, the beats cannot have come sooner.
    long start = System.nanoTime();
    try (RunningAdmin admin = new RunningAdmin(beating);
        RawHttp raw = read(admin)) {
      // Longer than a connection without a request may stay.
      for (int i = 0; i < 6; i++) {
        assertThat(raw.chunk()).startsWith("{\"demand\":0,");
      }
      assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(Duration.ofMillis(450));
    }
  }

  @Test
  void closingTheServerEndsTheStreamWithItsLastChunk() throws IOException {
    try (RunningAdmin admin = new RunningAdmin(STILL);
        RawHttp raw = read(admin)) {
      raw.chunk();
      admin.server.close();
      assertThat(raw.chunk()).isEmpty();
      assertThat(raw.rest()).isEmpty();
      assertThat(admin.scene.demand.listeners()).isZero();
    }
  }

  @Test
  void aReaderThatLeavesLeavesNoListenerBehind() throws IOException {
    try (RunningAdmin admin = new RunningAdmin(STILL);
        RawHttp raw = read(admin);
        RawHttp other = admin.connect().get(STREAM)) {
      raw.chunk();
      other.head();
      assertThat(admin.scene.demand.listeners()).isEqualTo(2);
      other.reset();
      await().atMost(Duration.ofSeconds(5)).until(() -> admin.scene.demand.listeners() == 1);
      raw.shutdown();
      await().atMost(Duration.ofSeconds(5)).until(() -> admin.scene.demand.listeners() == 0);
    }
  }

  @Test
  void http10GetsLinesWithoutChunks() throws IOException {
    try (RunningAdmin admin = new RunningAdmin(STILL);
        RawHttp raw = admin.connect().send("GET " + STREAM + " HTTP/1.0\r\n\r\n")) {
      assertThat(raw.head()).contains("connection: close").doesNotContain("chunked");
      assertThat(raw.line()).startsWith("{\"demand\":0,");
      var _ = admin.scene.demand.claim("pg_backends");
      assertThat(raw.line()).startsWith("{\"demand\":1,");
      admin.server.close();
      assertThat(raw.rest()).isEmpty();
    }
  }

  @Test
  void aSlowReaderGetsTheNewestStateAndNothingIsPiledUp() throws IOException {
    try (RunningAdmin admin = new RunningAdmin(STILL)) {
      Scene scene = admin.scene;
      EmbeddedChannel channel = new EmbeddedChannel(admin.server.connection());
      channel.writeInbound(
          new DefaultFullHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, STREAM));
      assertThat(channel.<HttpResponse>readOutbound().status().code()).isEqualTo(200);
      assertThat(lines(channel)).hasSize(1);

      writable(channel, false);
      for (int i = 0; i < 100; i++) {
        var _ = scene.demand.claim("pg_backends");
        channel.advanceTimeBy(60, TimeUnit.MILLISECONDS);
        channel.runPendingTasks();
      }
      assertThat(lines(channel)).isEmpty();

      writable(channel, true);
      assertThat(lines(channel)).singleElement().asString().startsWith("{\"demand\":100,");
      assertThat(channel.close().isSuccess()).isTrue();
      assertThat(scene.demand.listeners()).isZero();
      channel.finishAndReleaseAll();
    }
  }

  private static void writable(EmbeddedChannel channel, boolean writable) {
    channel.unsafe().outboundBuffer().setUserDefinedWritability(1, writable);
    channel.runPendingTasks();
  }

  private static List<String> lines(EmbeddedChannel channel) {
    List<String> lines = new ArrayList<>();
    for (HttpContent content = channel.readOutbound();
        content != null;
        content = channel.readOutbound()) {
      lines.add(content.content().toString(UTF_8));
      content.release();
    }
    return lines;
  }
}
