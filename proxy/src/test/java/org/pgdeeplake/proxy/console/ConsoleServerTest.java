// Whatever comes is answered as PostgreSQL's protocol says or closed in time, and nothing is left
// behind.
package org.pgdeeplake.proxy.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.pgdeeplake.proxy.console.TestConsole.fatal;
import static org.pgdeeplake.proxy.console.TestConsole.ints;
import static org.pgdeeplake.proxy.console.TestConsole.types;
import static org.pgdeeplake.proxy.console.TestConsole.utf8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.pgdeeplake.proxy.support.ConsoleLogin;
import org.pgdeeplake.proxy.support.RawClient;

class ConsoleServerTest extends ConsoleStage {
  @ParameterizedTest
  @CsvSource({"Q, 2147483647", "Q, 3", "Q, 65537", "Q, -1"})
  void aLengthThatCannotBe(char type, int length) throws IOException {
    start(TestConsole.PATIENT);
    try (RawClient client = login()) {
      client.send(ByteBuffer.allocate(5).put((byte) type).putInt(length).array());
      assertThat(fatal(client)).isEqualTo("08P01 invalid message length");
    }
  }

  @Test
  void messagesThatAreNone() throws IOException {
    start(TestConsole.PATIENT);
    try (RawClient client = login()) {
      client.send(ConsoleLogin.packet('!', new byte[0]));
      assertThat(fatal(client)).isEqualTo("08P01 invalid frontend message type 33");
    }
    try (RawClient client = login()) {
      for (String body : List.of("", "no end", "a\0b\0")) {
        client.send(ConsoleLogin.packet('B', utf8(body)), ConsoleLogin.packet('S', new byte[0]));
        List<RawClient.Message> answer = client.readUntil('Z');
        assertThat(types(answer)).isEqualTo("EZ");
      }
      client.send(ConsoleLogin.packet('Q', utf8("no end")));
      assertThat(types(client.readUntil('Z'))).isEqualTo("EZ");
      client.send(ConsoleLogin.packet('F', ints(1, 0, 0)));
      assertThat(types(client.readUntil('Z'))).isEqualTo("EZ");
      assertThat(client.value("SELECT 1")).isEqualTo("1");
    }
  }

  /** Answers are not made for who does not read them, and who never reads is closed. */
  @Test
  void aClientThatDoesNotReadIsClosed() throws IOException {
    start(TestConsole.QUICK);
    byte[] many = utf8("show help;".repeat(6000) + "\0");
    try (RawClient client = login()) {
      client.send(ConsoleLogin.packet('Q', many));
      // Its place, one of two, is free again.
      await()
          .ignoreExceptionsInstanceOf(IOException.class)
          .untilAsserted(() -> {
            try (RawClient one = login();
                RawClient other = login()) {
              assertThat(one.value("SELECT 1")).isEqualTo(other.value("SELECT 1"));
            }
          });
      assertThatThrownBy(() -> client.readUntil('Z')).isInstanceOf(IOException.class);
    }
  }

  @Test
  void manyStatementsForAClientThatReads() throws IOException {
    start(TestConsole.PATIENT);
    try (RawClient client = login()) {
      client.send(RawClient.query("show help;".repeat(2000)));
      assertThat(client.readUntil('Z').stream().filter(m -> m.type() == 'C')).hasSize(2000);
    }
  }

  @Test
  void whatIsHalfWhenTheClientLeaves() throws IOException {
    start(TestConsole.PATIENT);
    for (int length = 1; length < 40; length += 3) {
      try (RawClient client = login()) {
        client.send(java.util.Arrays.copyOf(RawClient.query("SHOW CLIENTS, and more text"), 30));
      }
      try (RawClient client = open()) {
        byte[] startup = ConsoleLogin.startup(RawClient.PROTOCOL_3_0, "pgproxy", "pgproxy");
        client.send(java.util.Arrays.copyOf(startup, Math.min(length, startup.length)));
      }
    }
    await().untilAsserted(() -> login().close());
  }

  @Test
  void whoIsThereAtTheEndIsTold() throws IOException {
    start(TestConsole.PATIENT);
    try (RawClient client = login()) {
      console().server().close();
      assertThat(fatal(client)).startsWith("57P01 terminating connection");
    }
  }
}
