// Nobody who has not shown the password gets further than to be told so, in time; who guesses it
// waits, and who comes in too large a number keeps nobody out who wants to cancel.
package org.pgdeeplake.proxy.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.params.provider.Arguments.arguments;
import static org.pgdeeplake.proxy.console.TestConsole.fatal;
import static org.pgdeeplake.proxy.console.TestConsole.ints;
import static org.pgdeeplake.proxy.console.TestConsole.types;
import static org.pgdeeplake.proxy.console.TestConsole.utf8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.pgdeeplake.proxy.operation.ReloadResult;
import org.pgdeeplake.proxy.support.ConsoleLogin;
import org.pgdeeplake.proxy.support.LoggedLines;
import org.pgdeeplake.proxy.support.RawClient;
import org.pgdeeplake.proxy.support.ScrapedText;
import org.pgdeeplake.proxy.support.TestProxy;

class LoginTest {
  private static final int PROTOCOL_3_9999 = 3 << 16 | 9999;

  private final TestProxy proxy = TestProxy.to().start();
  private @Nullable TestConsole console;

  private void start(Limits limits) {
    console = new TestConsole(proxy.operations(), limits);
  }

  @AfterEach
  void stop() {
    if (console != null) {
      console.close();
    }
    proxy.close();
  }

  private TestConsole console() {
    return Objects.requireNonNull(console);
  }

  private RawClient open() {
    return console().open();
  }

  private RawClient login() throws IOException {
    return console().login();
  }

  static Stream<Arguments> garbage() {
    return Stream.of(
        arguments(utf8("GET / HTTP/1.1\r\n"), "invalid length of startup packet"),
        arguments(new byte[] {0x16, 3, 1, 2, 0, 1, 0}, "invalid length of startup packet"),
        arguments(ints(3, 0), "invalid length of startup packet"),
        arguments(ints(8, 2 << 16), "unsupported frontend protocol 2.0"),
        arguments(ints(9, 3 << 16, 0), "no PostgreSQL user name specified"));
  }

  @ParameterizedTest
  @MethodSource("garbage")
  void garbageInPlaceOfAStartupPacket(byte[] bytes, String answer) throws IOException {
    start(TestConsole.PATIENT);
    try (RawClient client = open()) {
      client.send(bytes);
      assertThat(fatal(client)).contains(answer);
    }
  }

  @Test
  void encryptionIsRefusedAndTheSameConnectionGoesOn() throws IOException {
    start(TestConsole.PATIENT);
    try (RawClient client = open()) {
      client.send(RawClient.gssEncRequest());
      assertThat(client.readByte()).isEqualTo('N');
      client.send(RawClient.sslRequest());
      assertThat(client.readByte()).isEqualTo('N');
      client.send(ConsoleLogin.startup(RawClient.PROTOCOL_3_0, "pgproxy", "pgproxy"));
      ConsoleLogin.authenticate(client, "secret");
      client.readUntil('Z');
    }
    try (RawClient client = open()) {
      client.send(RawClient.sslRequest(), RawClient.sslRequest(), RawClient.sslRequest());
      assertThat(client.readToEnd()).contains("too many requests for encryption");
    }
  }

  @Test
  void nobodyGetsInWithoutThePassword() throws IOException {
    start(TestConsole.PATIENT);
    byte[] startup = ConsoleLogin.startup(RawClient.PROTOCOL_3_0, "pgproxy", "pgproxy");
    List<byte[]> instead =
        List.of(
            RawClient.query("SHOW VERSION"),
            ConsoleLogin.packet('p', utf8("secret\0")),
            ConsoleLogin.initial("PLAIN", "n,,n=,r=x"),
            ConsoleLogin.initial("SCRAM-SHA-256", "x".repeat(2000)),
            ConsoleLogin.initial("SCRAM-SHA-256", "p=tls-unique,,n=,r=x"),
            ints('p' << 24, 0),
            ints('p' << 24 | 0x7fffff, -1),
            ints('Q' << 24, 2 << 24));
    for (byte[] message : instead) {
      try (RawClient client = open()) {
        client.send(startup);
        client.readUntil('R');
        client.send(message);
        assertThat(fatal(client)).startsWith("08P01");
      }
    }
  }

  @Test
  void aProofIsGoodOnce() throws IOException {
    start(TestConsole.PATIENT);
    byte[] startup = ConsoleLogin.startup(RawClient.PROTOCOL_3_0, "pgproxy", "pgproxy");
    String proved;
    try (RawClient client = open()) {
      client.send(startup);
      proved = ConsoleLogin.prove(client, "secret");
      client.send(ConsoleLogin.packet('p', utf8(proved)));
      client.readUntil('Z');
    }
    try (RawClient client = open()) {
      client.send(startup);
      var _ = ConsoleLogin.prove(client, "secret");
      client.send(ConsoleLogin.packet('p', utf8(proved)));
      assertThat(fatal(client)).startsWith("08P01").contains("nonce");
    }
    try (RawClient client = open()) {
      client.send(startup);
      String now = ConsoleLogin.prove(client, "secret");
      String replayed = now.replaceFirst(",p=.*", "") + proved.replaceFirst(".*,p=", ",p=");
      client.send(ConsoleLogin.packet('p', utf8(replayed)));
      assertThat(fatal(client))
          .isEqualTo("28P01 password authentication failed for user \"pgproxy\"");
    }
  }

  @Test
  void aWrongPassword() throws IOException {
    start(TestConsole.PATIENT);
    try (RawClient client = open()) {
      client.send(ConsoleLogin.startup(RawClient.PROTOCOL_3_0, "pgproxy", "pgproxy"));
      ConsoleLogin.authenticate(client, "wrong");
      assertThat(fatal(client))
          .isEqualTo("28P01 password authentication failed for user \"pgproxy\"");
    }
    login().close();
    ScrapedText metrics = ScrapedText.parse(console().metrics().scrape());
    assertThat(metrics.value("pgproxy_console_logins_total", "result", "failed")).isEqualTo("1.0");
    assertThat(metrics.value("pgproxy_console_logins_total", "result", "ok")).isEqualTo("1.0");
  }

  @Test
  void manyWrongPasswordsWaitTheirTurnAndAreLoggedOnce() throws IOException {
    start(TestConsole.PATIENT);
    try (LoggedLines log = new LoggedLines(LoginPace.class.getName())) {
      for (int i = 0; i < LoginPace.FREE; i++) {
        refused();
      }
      long before = System.nanoTime();
      refused();
      refused();
      assertThat(Duration.ofNanos(System.nanoTime() - before))
          .isGreaterThan(LoginPace.PACE.minusMillis(50));
      assertThat(log.lines()).containsExactly("console: wrong user or password from 127.0.0.1");
      // Who knows the password waits as well, and gets in.
      login().close();
    }
  }

  @Test
  void attemptsThatAreGivenUpCostNoTurn() throws IOException {
    start(TestConsole.PATIENT);
    for (int i = 0; i <= LoginPace.FREE; i++) {
      refused();
    }
    long before = System.nanoTime();
    for (int i = 0; i < 8; i++) {
      try (RawClient client = open()) {
        client.send(ConsoleLogin.startup(RawClient.PROTOCOL_3_0, "pgproxy", "pgproxy"));
        ConsoleLogin.authenticate(client, "wrong");
      }
    }
    await().ignoreExceptionsInstanceOf(IOException.class).untilAsserted(() -> login().close());
    assertThat(Duration.ofNanos(System.nanoTime() - before))
        .isLessThan(LoginPace.PACE.multipliedBy(4));
  }

  @Test
  void whoWouldWaitTooLongIsToldAtOnce() throws IOException {
    start(TestConsole.QUICK);
    for (int i = 0; i <= LoginPace.FREE; i++) {
      refused();
    }
    try (RawClient client = open()) {
      client.send(ConsoleLogin.startup(RawClient.PROTOCOL_3_0, "pgproxy", "pgproxy"));
      ConsoleLogin.authenticate(client, "secret");
      assertThat(fatal(client)).isEqualTo("53300 too many attempts to log in from this address");
    }
    // It took no turn.
    await().ignoreExceptionsInstanceOf(IOException.class).untilAsserted(() -> login().close());
  }

  private void refused() throws IOException {
    try (RawClient client = open()) {
      client.send(ConsoleLogin.startup(RawClient.PROTOCOL_3_0, "somebody", "pgproxy"));
      ConsoleLogin.authenticate(client, "secret");
      assertThat(fatal(client)).startsWith("28P01");
    }
  }

  @Test
  void aSlowLoginEnds() throws IOException {
    start(TestConsole.QUICK);
    byte[] startup = ConsoleLogin.startup(RawClient.PROTOCOL_3_0, "pgproxy", "pgproxy");
    try (RawClient silent = open();
        RawClient half = open();
        RawClient unproved = open()) {
      half.send(java.util.Arrays.copyOf(startup, 9));
      unproved.send(startup);
      unproved.readUntil('R');
      for (RawClient client : List.of(silent, half, unproved)) {
        assertThat(fatal(client)).startsWith("08P01 no login within");
      }
    }
  }

  @Test
  void connectionsHaveALimit() throws IOException {
    start(TestConsole.PATIENT);
    try (RawClient first = login();
        RawClient second = login()) {
      try (RawClient third = open()) {
        third.send(ConsoleLogin.startup(RawClient.PROTOCOL_3_0, "pgproxy", "pgproxy"));
        ConsoleLogin.authenticate(third, "secret");
        assertThat(fatal(third)).isEqualTo("53300 too many connections to the console");
      }
      assertThat(first.value("SELECT 1")).isEqualTo("1");
      second.send(RawClient.terminate());
      assertThat(second.read()).isNull();
    }
  }

  @Test
  void strangersOfOneAddressHaveALimit() throws IOException {
    start(TestConsole.PATIENT);
    byte[] startup = ConsoleLogin.startup(RawClient.PROTOCOL_3_0, "pgproxy", "pgproxy");
    try (RawClient first = login();
        RawClient one = open();
        RawClient two = open();
        RawClient three = open();
        RawClient four = open()) {
      four.send(RawClient.sslRequest());
      assertThat(four.readByte()).isEqualTo('N');
      four.send(startup);
      assertThat(fatal(four)).isEqualTo("53300 too many connections to the console");
      assertThat(first.value("SELECT 1")).isEqualTo("1");
      one.shutdownOutput();
      await().ignoreExceptionsInstanceOf(IOException.class).untilAsserted(() -> login().close());
      two.send(startup);
      two.readUntil('R');
      three.send(startup);
      three.readUntil('R');
    }
  }

  @Test
  void aFullConsoleIsStillToldToCancel() throws Exception {
    CompletableFuture<ReloadResult> never = new CompletableFuture<>();
    console = new TestConsole(TestConsole.reloading(proxy, never), TestConsole.PATIENT);
    List<RawClient> silent = new ArrayList<>();
    try (RawClient client = open()) {
      client.send(ConsoleLogin.startup(RawClient.PROTOCOL_3_0, "pgproxy", "pgproxy"));
      ConsoleLogin.authenticate(client, "secret");
      byte[] key =
          client.readUntil('Z').stream()
              .filter(m -> m.type() == 'K')
              .findFirst()
              .orElseThrow()
              .body();
      client.send(RawClient.query("RELOAD"));
      for (int i = 0; i < 3 * TestConsole.PATIENT.connections(); i++) {
        silent.add(open());
      }
      try (RawClient cancel = open()) {
        cancel.send(RawClient.cancelRequest(key));
        assertThat(cancel.readByte()).isEqualTo(-1);
      }
      assertThat(client.readUntil('Z').getFirst().fields())
          .containsEntry('C', "57014")
          .containsEntry(
              'M',
              "canceling statement due to user request; the reload goes on: its result will be in"
                  + " the log of the proxy, and in SHOW CONFIG");
      // The oldest of those for whom there was no place.
      assertThat(fatal(silent.get(3))).isEqualTo("53300 too many connections to the console");
    }
    silent.forEach(RawClient::close);
  }

  @Test
  void newerProtocolsAreNegotiated() throws IOException {
    start(TestConsole.PATIENT);
    try (RawClient client = open()) {
      byte[] parameters = utf8("user\0pgproxy\0_pq_.test\0x\0database\0pgproxy\0\0");
      client.send(ints(8 + parameters.length, PROTOCOL_3_9999), parameters);
      RawClient.Message negotiated = Objects.requireNonNull(client.read());
      assertThat(negotiated.type()).isEqualTo('v');
      assertThat(negotiated.body())
          .isEqualTo(
              ByteBuffer.allocate(8 + 10)
                  .putInt(RawClient.PROTOCOL_3_2)
                  .putInt(1)
                  .put(utf8("_pq_.test\0"))
                  .array());
      ConsoleLogin.authenticate(client, "secret");
      RawClient.Message key =
          client.readUntil('Z').stream().filter(m -> m.type() == 'K').findFirst().orElseThrow();
      assertThat(key.body()).as("process id and a long secret").hasSize(4 + 32);
    }
  }

  @Test
  void whoAsksForLessIsNotGivenMore() throws IOException {
    start(TestConsole.PATIENT);
    try (RawClient client = open()) {
      byte[] parameters = utf8("user\0pgproxy\0_pq_.test\0x\0database\0pgproxy\0\0");
      client.send(ints(8 + parameters.length, RawClient.PROTOCOL_3_0), parameters);
      RawClient.Message negotiated = Objects.requireNonNull(client.read());
      assertThat(negotiated.type()).isEqualTo('v');
      assertThat(ByteBuffer.wrap(negotiated.body()).getInt()).isEqualTo(RawClient.PROTOCOL_3_0);
    }
  }

  @Test
  void parametersAreReported() throws IOException {
    start(TestConsole.PATIENT);
    try (RawClient client = open()) {
      client.send(ConsoleLogin.startup(RawClient.PROTOCOL_3_0, "pgproxy", "pgproxy"));
      ConsoleLogin.authenticate(client, "secret");
      List<RawClient.Message> messages = client.readUntil('Z');
      assertThat(messages.stream().map(m -> new String(m.body(), StandardCharsets.UTF_8)))
          .contains("client_encoding\0UTF8\0", "integer_datetimes\0on\0", "TimeZone\0UTC\0");
      assertThat(types(messages)).startsWith("RR").endsWith("KZ");
    }
  }
}
