// Whatever comes is answered as PostgreSQL's protocol says or closed in time; nobody who has not
// shown the password gets further than that, and nothing is left behind.
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
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.pgdeeplake.proxy.support.ConsoleLogin;
import org.pgdeeplake.proxy.support.RawClient;
import org.pgdeeplake.proxy.support.TestProxy;

class ConsoleServerTest {

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

  private static byte[] parse(String name, String sql) {
    return ConsoleLogin.packet('P', utf8(name + "\0" + sql + "\0\0\0"));
  }

  private static byte[] bind(String portal, String statement) {
    return ConsoleLogin.packet('B', utf8(portal + "\0" + statement + "\0\0\0\0\0\0\0"));
  }

  private static byte[] describe(char kind, String name) {
    return ConsoleLogin.packet('D', utf8(kind + name + "\0"));
  }

  private static byte[] execute(String portal, int rows) {
    byte[] name = utf8(portal + "\0");
    return ConsoleLogin.packet(
        'E', ByteBuffer.allocate(name.length + 4).put(name).putInt(rows).array());
  }

  private static byte[] bare(char type) {
    return ConsoleLogin.packet(type, new byte[0]);
  }

  @Test
  void theExtendedProtocolInOnePiece() throws IOException {
    start(TestConsole.PATIENT);
    try (RawClient client = login()) {
      client.send(
          parse("a", "SHOW VERSION"),
          describe('S', "a"),
          bind("", "a"),
          describe('P', ""),
          execute("", 0),
          parse("", "PAUSE $1"),
          describe('S', ""),
          parse("", ""),
          bind("", ""),
          execute("", 0),
          ConsoleLogin.packet('C', utf8("Sa\0")),
          bare('S'));
      assertThat(types(client.readUntil('Z'))).isEqualTo("1tT2TDC1tn12I3Z");
    }
  }

  @Test
  void afterAnErrorNothingIsDoneUntilSync() throws IOException {
    start(TestConsole.PATIENT);
    try (RawClient client = login()) {
      client.send(
          parse("", "no command"),
          bind("", ""),
          execute("", 0),
          RawClient.query("PAUSE"),
          bare('S'),
          bind("", "gone"),
          bare('S'));
      assertThat(types(client.readUntil('Z'))).isEqualTo("EZ");
      assertThat(types(client.readUntil('Z'))).isEqualTo("EZ");
      assertThat(proxy.backend().administration().paused()).isFalse();
    }
  }

  @Test
  void aPortalIsReadInPortionsAndGoesWithItsTransaction() throws IOException {
    start(TestConsole.PATIENT);
    try (RawClient client = login()) {
      client.send(RawClient.query("BEGIN"));
      assertThat(status(client)).isEqualTo('T');
      client.send(parse("", "SHOW LISTS"), bind("p", ""), execute("p", 4), bare('S'));
      assertThat(types(client.readUntil('Z'))).isEqualTo("12DDDDsZ");
      client.send(execute("p", 4), execute("p", 4), bare('H'));
      assertThat(types(client.readUntil('C'))).isEqualTo("DDDC");
      assertThat(types(client.readUntil('C'))).isEqualTo("C");
      client.send(bare('S'), RawClient.query("nonsense"));
      client.readUntil('Z');
      assertThat(status(client)).isEqualTo('E');
      client.send(RawClient.query("COMMIT"));
      assertThat(status(client)).isEqualTo('I');
      client.send(execute("p", 0), bare('S'));
      assertThat(types(client.readUntil('Z'))).isEqualTo("EZ");
    }
  }

  private static char status(RawClient client) throws IOException {
    return (char) client.readUntil('Z').getLast().body()[0];
  }

  @Test
  void statementsAndPortalsHaveLimits() throws IOException {
    start(TestConsole.PATIENT);
    try (RawClient client = login()) {
      for (int i = 0; i < Limits.PREPARED_STATEMENTS; i++) {
        client.send(parse("s" + i, "SHOW VERSION"));
      }
      client.send(parse("more", "SHOW VERSION"), bare('S'));
      assertThat(types(client.readUntil('Z'))).endsWith("11EZ");
      client.send(
          RawClient.query("DEALLOCATE s1"), parse("", "SHOW VERSION"), parse("", "SHOW MEM"));
      client.readUntil('Z');
      client.send(bare('S'));
      assertThat(types(client.readUntil('Z'))).isEqualTo("11Z");
      client.send(RawClient.query("DEALLOCATE ALL; BEGIN"));
      client.readUntil('Z');
      client.send(parse("", "SHOW VERSION"));
      for (int i = 0; i <= Limits.PORTALS; i++) {
        client.send(bind("p" + i, ""));
      }
      client.send(bare('S'));
      assertThat(types(client.readUntil('Z'))).isEqualTo("1" + "2".repeat(Limits.PORTALS) + "EZ");
    }
  }

  @Test
  void statementsHaveALimitOfBytes() throws IOException {
    start(TestConsole.PATIENT);
    try (RawClient client = login()) {
      String sql = "BEGIN" + " ,".repeat(5000);
      for (int i = 0; i < 10; i++) {
        client.send(parse("s" + i, sql));
      }
      client.send(bare('S'));
      assertThat(types(client.readUntil('Z'))).isEqualTo("11EZ");
      client.send(RawClient.query("DEALLOCATE s0"));
      client.readUntil('Z');
      client.send(parse("", sql), parse("", sql), parse("s0", sql), bare('S'));
      assertThat(types(client.readUntil('Z'))).isEqualTo("11EZ");
    }
  }

  private static byte[] bind(String portal, String statement, int format, byte[] value) {
    byte[] names = utf8(portal + "\0" + statement + "\0");
    return ConsoleLogin.packet(
        'B',
        ByteBuffer.allocate(names.length + 12 + value.length)
            .put(names)
            .putShort((short) 1)
            .putShort((short) format)
            .putShort((short) 1)
            .putInt(value.length)
            .put(value)
            .putShort((short) 0)
            .array());
  }

  private static byte[] bindResults(String statement, int... formats) {
    byte[] names = utf8("\0" + statement + "\0");
    ByteBuffer body =
        ByteBuffer.allocate(names.length + 6 + 2 * formats.length)
            .put(names)
            .putInt(0)
            .putShort((short) formats.length);
    for (int format : formats) {
      body.putShort((short) format);
    }
    return ConsoleLogin.packet('B', body.array());
  }

  @Test
  void whatIsNoBind() throws IOException {
    start(TestConsole.PATIENT);
    try (RawClient client = login()) {
      client.send(parse("p", "KILL $1"), parse("v", "SHOW VERSION"), bare('S'));
      client.readUntil('Z');
      assertThat(sqlState(client, bind("", "p", 0, new byte[] {'a', 0}))).isEqualTo("22021");
      assertThat(sqlState(client, bind("", "p", 0, new byte[] {'a', -1}))).isEqualTo("22021");
      assertThat(sqlState(client, bind("", "p", 2, utf8("1")))).isEqualTo("22023");
      assertThat(sqlState(client, bindResults("v", 2))).isEqualTo("22023");
      assertThat(sqlState(client, bindResults("v", 1, 1))).isEqualTo("08P01");
      assertThat(sqlState(client, bind("x", "v"), bind("x", "v"))).isEqualTo("42P03");
      assertThat(sqlState(client, bindResults("v", 1))).isEmpty();
    }
  }

  /** Of what these messages come to; empty where nothing is wrong. */
  private static String sqlState(RawClient client, byte[]... messages) throws IOException {
    client.send(messages);
    client.send(bare('S'));
    return client.readUntil('Z').stream()
        .filter(message -> message.type() == 'E')
        .map(message -> String.valueOf(message.fields().get('C')))
        .collect(Collectors.joining());
  }

  @Test
  void aQueryDropsWhatHasNoName() throws IOException {
    start(TestConsole.PATIENT);
    try (RawClient client = login()) {
      client.send(RawClient.query("BEGIN"));
      client.readUntil('Z');
      client.send(parse("", "SHOW VERSION"), bind("", ""), RawClient.query("SELECT 1"));
      client.readUntil('Z');
      assertThat(sqlState(client, execute("", 0))).isEqualTo("34000");
      client.send(RawClient.query("ROLLBACK"));
      client.readUntil('Z');
      assertThat(sqlState(client, bind("", ""))).isEqualTo("26000");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "DISCARD ALL, DISCARD ALL, 26000",
    "DISCARD PLANS, DISCARD PLANS, ''",
    "discard temporary, DISCARD TEMP, ''"
  })
  void discards(String command, String tag, String afterwards) throws IOException {
    start(TestConsole.PATIENT);
    try (RawClient client = login()) {
      client.send(parse("s", "SHOW VERSION"), bare('S'));
      client.readUntil('Z');
      client.send(RawClient.query(command));
      assertThat(client.readUntil('Z').getFirst().body()).isEqualTo(utf8(tag + "\0"));
      assertThat(sqlState(client, bind("", "s"))).isEqualTo(afterwards);
      assertThat(sqlState(client, RawClient.query("DISCARD EVERYTHING"))).isEqualTo("42601");
    }
  }

  @Test
  void anEmptyNameIsNoBackend() throws IOException {
    start(TestConsole.PATIENT);
    try (RawClient client = login()) {
      for (String command : List.of("PAUSE ''", "PAUSE \"\"", "RESUME ''", "RESUME $$$$")) {
        client.send(RawClient.query(command));
        RawClient.Message answer = client.readUntil('Z').getFirst();
        assertThat(answer.fields())
            .containsEntry('C', "42704")
            .containsEntry('M', "there is no backend \"\"");
      }
      client.send(parse("", "PAUSE $1"), bind("", "", 0, new byte[0]), execute("", 0), bare('S'));
      assertThat(types(client.readUntil('Z'))).isEqualTo("12EZ");
      assertThat(proxy.backend().administration().paused()).isFalse();
      client.send(RawClient.query("PAUSE"));
      client.readUntil('Z');
      assertThat(proxy.backend().administration().paused()).isTrue();
    }
  }

  @Test
  void aWakeWithoutALingerSaysThatItIsNothing() throws IOException {
    try (TestProxy unlingering = TestProxy.to().proxy("demand.linger = 0s").start();
        TestConsole its = new TestConsole(unlingering.operations(), TestConsole.PATIENT);
        RawClient client = its.login()) {
      client.send(RawClient.query("WAKE"));
      RawClient.Message notice = client.readUntil('Z').getFirst();
      assertThat(notice.type()).isEqualTo('N');
      assertThat(notice.fields()).containsEntry('M', "it counts for nothing: demand.linger is 0");
      assertThat(unlingering.demand().demand()).isZero();
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
