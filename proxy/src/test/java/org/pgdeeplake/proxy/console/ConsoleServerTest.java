// Whatever comes is answered as PostgreSQL's protocol says or closed in time; nobody who has not
// shown the password gets further than that, and nothing is left behind.
package org.pgdeeplake.proxy.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.netty.channel.EventLoopGroup;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.pgdeeplake.proxy.config.Credentials;
import org.pgdeeplake.proxy.config.HostPort;
import org.pgdeeplake.proxy.config.ProxyConfig.TransportChoice;
import org.pgdeeplake.proxy.config.Secret;
import org.pgdeeplake.proxy.net.Listener;
import org.pgdeeplake.proxy.net.Transport;
import org.pgdeeplake.proxy.support.ConsoleLogin;
import org.pgdeeplake.proxy.support.LoggedLines;
import org.pgdeeplake.proxy.support.RawClient;
import org.pgdeeplake.proxy.support.TestProxy;

class ConsoleServerTest {
  private static final Limits QUICK =
      new Limits(
          2,
          4,
          Duration.ofMillis(300),
          Duration.ofSeconds(30),
          Duration.ofMillis(300),
          Duration.ofSeconds(30));
  private static final Limits PATIENT =
      new Limits(
          2,
          4,
          Duration.ofSeconds(30),
          Duration.ofSeconds(30),
          Duration.ofSeconds(30),
          Duration.ofSeconds(30));
  private static final int PROTOCOL_3_9999 = 3 << 16 | 9999;

  private final TestProxy proxy = TestProxy.to().start();
  private final Transport transport = Transport.select(TransportChoice.AUTO);
  private final EventLoopGroup loops = transport.loops("console", 1);
  private @Nullable ConsoleServer console;

  private void start(Limits limits) throws IOException {
    Credentials credentials = new Credentials("pgproxy", new Secret("secret"));
    ConsoleServer server = new ConsoleServer(credentials, proxy.operations(), limits);
    console = server;
    server.listen(Listener.bind(new HostPort("127.0.0.1", 0), loops, transport), credentials);
  }

  @AfterEach
  void stop() {
    if (console != null) {
      console.close();
    }
    loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
    proxy.close();
  }

  private ConsoleServer console() {
    return Objects.requireNonNull(console);
  }

  private RawClient open() {
    return RawClient.open(console().address());
  }

  private RawClient login() throws IOException {
    return ConsoleLogin.open(console().address(), "pgproxy", "secret");
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
    try (RawClient client = open()) {
      client.send(ConsoleLogin.startup(RawClient.PROTOCOL_3_0, "pgproxy", "pgproxy"));
      ConsoleLogin.authenticate(client, "wrong");
      assertThat(fatal(client))
          .isEqualTo("28P01 password authentication failed for user \"pgproxy\"");
    }
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
    List<RawClient> open = new ArrayList<>();
    await()
        .until(() -> {
          try {
            login().close();
            return true;
          } catch (IOException e) {
            return false;
          }
        });
    for (int i = 0; i < 5; i++) {
      open.add(open());
    }
    assertThat(open.getLast().readByte()).as("one too many").isEqualTo(-1);
    open.forEach(RawClient::close);
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
      console().close();
      assertThat(fatal(client)).startsWith("57P01 terminating connection");
    }
  }
}
