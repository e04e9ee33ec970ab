// Who sends on behind the last answer reads all of it, and then the end: no reset. Who never stops
// sending is cut off after a while.
package org.pgdeeplake.proxy.admin;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LingeringCloseTest {
  /** More than is read at once. */
  private static final String MUCH = "x".repeat(1024 * 1024);

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET /health/live HTTP/1.1|Host: test|Connection: close",
        "GET /health/live HTTP/1.0",
        "POST /api/v1/reload HTTP/1.1|Host: test|Connection: close|Content-Length: 1048576",
        "POST /api/v1/reload HTTP/1.1|Host: test|Expect: tea|Content-Length: 2",
        "no HTTP at all",
      })
  void theLastAnswerIsRead(String head) throws IOException {
    try (RunningAdmin admin = new RunningAdmin(Limits.DEFAULT);
        RawHttp raw = admin.connect()) {
      raw.send(head.replace("|", "\r\n") + "\r\n\r\n" + MUCH);
      raw.shutdown();
      assertThat(raw.rest().split("HTTP/1\\.1 ", -1)).as("answers").hasSize(2);
    }
  }

  @Test
  void whoGoesOnIsCutOff() throws Exception {
    try (RunningAdmin admin = new RunningAdmin(Limits.DEFAULT);
        RawHttp raw = admin.connect()) {
      raw.send("GET /health/live HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n");
      assertThat(raw.rest()).endsWith("ok\n");
      CompletableFuture<Void> sending =
          CompletableFuture.runAsync(() -> {
            try {
              while (true) {
                raw.send(MUCH);
              }
            } catch (IOException cutOff) {
              // As it should be.
            }
          });
      sending.get(10, TimeUnit.SECONDS);
    }
  }
}
