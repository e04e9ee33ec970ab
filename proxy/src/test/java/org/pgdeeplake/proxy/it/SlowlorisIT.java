// Rule: clients that say a byte now and then, by the hundred and on every port, are each ended
// within the port's limit, however they go on talking; nobody else has to wait for them.
package org.pgdeeplake.proxy.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.pgdeeplake.proxy.support.EveryPort;
import org.pgdeeplake.proxy.support.EveryPort.Port;
import org.pgdeeplake.proxy.support.NeedsProgram;
import org.pgdeeplake.proxy.support.RawClient;
import org.pgdeeplake.proxy.support.Strangers;
import org.pgdeeplake.proxy.support.Strangers.Stranger;

@Tag("long")
@NeedsProgram("psql")
class SlowlorisIT {
  private static final int OF_EACH = 100;
  private static final Duration PACE = Duration.ofSeconds(1);

  /** Two, since an address has only a part of the places. */
  private static final List<String> FROM = List.of("127.0.2.1", "127.0.2.2");

  /** For the loops of a busy machine to get to it. */
  private static final Duration GRACE = Duration.ofSeconds(10);

  /** What the proxy opens for itself now and then: checks of the server, peers. */
  private static final int OWN_FILES = 8;

  @TempDir private Path directory;

  /** The beginning of something that has no end within minutes. */
  private static byte[] words(Port port) {
    ByteArrayOutputStream words = new ByteArrayOutputStream();
    switch (port) {
      // A StartupMessage of 9,984 bytes.
      case PLAIN, CONSOLE -> words.writeBytes(hex("0000270000030000"));
      // And a ClientHello of 16 kB.
      case TLS -> {
        words.writeBytes(RawClient.sslRequest());
        words.writeBytes(hex("1603014000010040000303"));
      }
      case BALANCED -> words.writeBytes(ascii("PROXY TCP6 "));
      case ADMIN -> words.writeBytes(ascii("GET / HTTP/1.1\r\nX-Slow: "));
      // SETTINGS of 16,380 bytes.
      case SCALER -> {
        words.writeBytes(ascii("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"));
        words.writeBytes(hex("003ffc040000000000"));
      }
    }
    words.writeBytes(ascii("a".repeat(600)));
    return words.toByteArray();
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  private static byte[] hex(String digits) {
    return HexFormat.of().parseHex(digits);
  }

  @Test
  void eachIsEndedAndOthersAreServed() throws IOException {
    try (EveryPort every = new EveryPort(directory);
        Strangers slow = new Strangers()) {
      every.serves();
      long files = every.openFiles();
      for (int i = 0; i < OF_EACH; i++) {
        for (Port port : Port.values()) {
          for (String from : FROM) {
            var _ = slow.come(port.name(), every.address(port), from, words(port), PACE);
          }
        }
      }
      every.serves();
      for (Port port : Port.values()) {
        List<Stranger> here =
            slow.all().stream().filter(one -> one.name().equals(port.name())).toList();
        await("all are ended at " + port)
            .atMost(port.limit().plus(GRACE.multipliedBy(2)))
            .until(() -> here.stream().allMatch(one -> one.ended() != null));
        assertThat(here)
            .hasSize(OF_EACH * FROM.size())
            .allMatch(
                one -> Objects.requireNonNull(one.ended()).compareTo(port.limit().plus(GRACE)) < 0);
        every.serves();
      }
      assertAsBefore(every, files);
    }
  }

  private static void assertAsBefore(EveryPort every, long files) {
    await("its files and figures are as before")
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(() -> {
          assertThat(every.openFiles()).isLessThanOrEqualTo(files + OWN_FILES);
          for (String frontend : List.of("plain", "tls", "balanced")) {
            assertThat(
                    every.metrics().number("haproxy_frontend_current_sessions", "proxy", frontend))
                .isZero();
          }
          assertThat(every.metrics().number("pgproxy_scaler_connections")).isZero();
          assertThat(every.metrics().number("pgproxy_demand")).isZero();
        });
    assertThat(every.ended()).doesNotContain(" ERROR ", "Exception");
  }
}
