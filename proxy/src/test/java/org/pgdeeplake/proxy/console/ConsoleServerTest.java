// Whatever comes is answered as PostgreSQL's protocol says or closed in time; nobody who has not
// shown the password gets further than that, and nothing is left behind.
package org.pgdeeplake.proxy.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.pgdeeplake.proxy.operation.ReloadResult;
import org.pgdeeplake.proxy.support.ConsoleLogin;
import org.pgdeeplake.proxy.support.LoggedLines;
import org.pgdeeplake.proxy.support.RawClient;
import org.pgdeeplake.proxy.support.ScrapedText;
import org.pgdeeplake.proxy.support.TestProxy;

class ConsoleServerTest {
  private static final Limits QUICK =
      new Limits(
          2,
          4,
          3,
          Duration.ofMillis(300),
          Duration.ofSeconds(30),
          Duration.ofMillis(300),
          Duration.ofSeconds(30));
  private static final Limits PATIENT = TestConsole.PATIENT;
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

  private static byte[] ints(int... values) {
    ByteBuffer bytes = ByteBuffer.allocate(4 * values.length);
    for (int value : values) {
      bytes.putInt(value);
    }
    return bytes.array();
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** The FATAL that comes, after which the connection ends. */
  private static String fatal(RawClient client) throws IOException {
    RawClient.Message message = Objects.requireNonNull(client.read(), "no last words");
    assertThat(message.fields()).containsEntry('S', "FATAL");
    assertThat(client.read()).isNull();
    return message.fields().get('C') + " " + message.fields().get('M');
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
    start(PATIENT);
    try (RawClient client = open()) {
      client.send(bytes);
      assertThat(fatal(client)).contains(answer);
    }
  }

  @Test
  void encryptionIsRefusedAndTheSameConnectionGoesOn() throws IOException {
    start(PATIENT);
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
    start(PATIENT);
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
    start(PATIENT);
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
    start(PATIENT);
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
    start(PATIENT);
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
    start(PATIENT);
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
    start(QUICK);
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
    start(QUICK);
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
    start(PATIENT);
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
    start(PATIENT);
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
    console = new TestConsole(TestConsole.reloading(proxy, never), PATIENT);
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
      for (int i = 0; i < 3 * PATIENT.connections(); i++) {
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
    start(PATIENT);
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
    start(PATIENT);
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
    start(PATIENT);
    try (RawClient client = open()) {
      client.send(ConsoleLogin.startup(RawClient.PROTOCOL_3_0, "pgproxy", "pgproxy"));
      ConsoleLogin.authenticate(client, "secret");
      List<RawClient.Message> messages = client.readUntil('Z');
      assertThat(messages.stream().map(m -> new String(m.body(), StandardCharsets.UTF_8)))
          .contains("client_encoding\0UTF8\0", "integer_datetimes\0on\0", "TimeZone\0UTC\0");
      assertThat(types(messages)).startsWith("RR").endsWith("KZ");
    }
  }

  @ParameterizedTest
  @CsvSource({"Q, 2147483647", "Q, 3", "Q, 65537", "Q, -1"})
  void aLengthThatCannotBe(char type, int length) throws IOException {
    start(PATIENT);
    try (RawClient client = login()) {
      client.send(ByteBuffer.allocate(5).put((byte) type).putInt(length).array());
      assertThat(fatal(client)).isEqualTo("08P01 invalid message length");
    }
  }

  @Test
  void messagesThatAreNone() throws IOException {
    start(PATIENT);
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

  private static String types(List<RawClient.Message> messages) {
    return messages.stream()
        .map(message -> String.valueOf(message.type()))
        .collect(Collectors.joining());
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
    start(PATIENT);
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
    start(PATIENT);
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
      assertThat(proxy.backend().paused()).isFalse();
    }
  }

  @Test
  void aPortalIsReadInPortionsAndGoesWithItsTransaction() throws IOException {
    start(PATIENT);
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
    start(PATIENT);
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
    start(PATIENT);
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
    start(PATIENT);
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
    start(PATIENT);
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
    start(PATIENT);
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
    start(PATIENT);
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
      assertThat(proxy.backend().paused()).isFalse();
      client.send(RawClient.query("PAUSE"));
      client.readUntil('Z');
      assertThat(proxy.backend().paused()).isTrue();
    }
  }

  /** Answers are not made for who does not read them, and who never reads is closed. */
  @Test
  void aClientThatDoesNotReadIsClosed() throws IOException {
    start(QUICK);
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
    start(PATIENT);
    try (RawClient client = login()) {
      client.send(RawClient.query("show help;".repeat(2000)));
      assertThat(client.readUntil('Z').stream().filter(m -> m.type() == 'C')).hasSize(2000);
    }
  }

  @Test
  void whatIsHalfWhenTheClientLeaves() throws IOException {
    start(PATIENT);
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
    start(PATIENT);
    try (RawClient client = login()) {
      console().server().close();
      assertThat(fatal(client)).startsWith("57P01 terminating connection");
    }
  }
}
