// Nobody who has not shown the password gets further than to be told so, and who guesses it waits.
package org.pgdeeplake.proxy.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.pgdeeplake.proxy.console.TestConsole.fatal;
import static org.pgdeeplake.proxy.console.TestConsole.ints;
import static org.pgdeeplake.proxy.console.TestConsole.utf8;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.pgdeeplake.proxy.support.ConsoleLogin;
import org.pgdeeplake.proxy.support.LoggedLines;
import org.pgdeeplake.proxy.support.RawClient;
import org.pgdeeplake.proxy.support.ScrapedText;

class LoginTest extends ConsoleStage {
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
}
