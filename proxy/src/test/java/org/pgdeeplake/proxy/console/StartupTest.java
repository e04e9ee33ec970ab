// The first packet at the console is read as PostgreSQL reads it: garbage is told apart, encryption
// is refused, and of two versions of the protocol the lower is spoken.
package org.pgdeeplake.proxy.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;
import static org.pgdeeplake.proxy.console.TestConsole.fatal;
import static org.pgdeeplake.proxy.console.TestConsole.ints;
import static org.pgdeeplake.proxy.console.TestConsole.types;
import static org.pgdeeplake.proxy.console.TestConsole.utf8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.pgdeeplake.proxy.support.ConsoleLogin;
import org.pgdeeplake.proxy.support.RawClient;

class StartupTest extends ConsoleStage {
  private static final int PROTOCOL_3_9999 = 3 << 16 | 9999;

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
