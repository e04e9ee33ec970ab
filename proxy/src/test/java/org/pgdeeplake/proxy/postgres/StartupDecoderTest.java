package org.pgdeeplake.proxy.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.From;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.pgdeeplake.proxy.postgres.StartupDecoder.Result;

/**
 * Startup packets are read as PostgreSQL reads them, in whatever pieces they arrive, and not one
 * byte is consumed or invented.
 */
class StartupDecoderTest {

  @Property(tries = 500)
  void anySplitOfAnySequenceGivesTheSamePacketsAndBytes(
      @ForAll @Size(min = 1, max = 4) List<@From("packets") byte[]> packets,
      @ForAll @Size(max = 12) List<@IntRange(min = 1, max = 40) Integer> cuts) {
    byte[] all = concat(packets);
    assertThat(decodeInPieces(all, cuts)).isEqualTo(packets.stream().map(this::whole).toList());
  }

  @Property(tries = 500)
  void anyBytesAreDecodedOrRefusedButNeverThrow(@ForAll byte[] bytes, @ForAll boolean first) {
    ByteBuf in = Unpooled.wrappedBuffer(bytes);
    assertThat(StartupDecoder.decode(in, first)).isNotNull();
    assertThat(in.readerIndex()).isZero();
  }

  @Provide
  Arbitrary<byte[]> packets() {
    Arbitrary<String> word = Arbitraries.strings().alpha().ofMinLength(1).ofMaxLength(30);
    return Arbitraries.oneOf(
        Arbitraries.just(StartupBytes.sslRequest()),
        Arbitraries.just(StartupBytes.gssEncRequest()),
        word.map(w -> StartupBytes.startupMessage(w.length() % 3, "user", w, "database", w)),
        Arbitraries.bytes()
            .array(byte[].class)
            .ofMinSize(4)
            .ofMaxSize(256)
            .map(secret -> StartupBytes.cancelRequest(7, secret)));
  }

  @Test
  void startupMessageIsReadWithItsDefaults() {
    StartupPacket packet = packet(StartupBytes.startupMessage(2, "user", "ann", "x", "y"));
    assertThat(packet)
        .isInstanceOfSatisfying(
            StartupPacket.StartupMessage.class,
            m -> {
              assertThat(m.minor()).isEqualTo(2);
              assertThat(m.user()).isEqualTo("ann");
              assertThat(m.database()).isEqualTo("ann");
              assertThat(m.applicationName()).isEmpty();
            });
  }

  @ParameterizedTest
  @ValueSource(ints = {4, 8, 32, 256})
  void cancelKeysOfProtocol32AreRead(int secretBytes) {
    byte[] secret = new byte[secretBytes];
    Arrays.fill(secret, (byte) 9);
    assertThat(packet(StartupBytes.cancelRequest(42, secret)))
        .isEqualTo(new StartupPacket.CancelRequest(new CancelKey(42, secret)));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 3, 257})
  void cancelKeysOfOtherLengthsAreRefused(int secretBytes) {
    assertThat(refusal(StartupBytes.cancelRequest(42, new byte[secretBytes])))
        .isEqualTo("08P01 invalid length of cancel request packet");
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 0, 7, 10_005, Integer.MAX_VALUE})
  void lengthsOutsidePostgresOwnLimitsAreRefusedAtOnce(int length) {
    byte[] bytes = ByteBuffer.allocate(4).putInt(length).array();
    assertThat(refusal(bytes)).isEqualTo("08P01 invalid length of startup packet");
  }

  @Test
  void theLongestPacketIsWaitedFor() {
    byte[] bytes = ByteBuffer.allocate(4).putInt(10_004).array();
    assertThat(decode(bytes, true)).isInstanceOf(Result.NeedMore.class);
  }

  @Test
  void httpIsRefused() {
    assertThat(refusal("GET / HTTP/1.1\r\n".getBytes(StandardCharsets.UTF_8)))
        .isEqualTo("08P01 invalid length of startup packet");
  }

  @Test
  void otherProtocolVersionsAreRefusedInPostgresWords() {
    byte[] version2 = ByteBuffer.allocate(9).putInt(9).putInt(2 << 16).put((byte) 0).array();
    assertThat(refusal(version2))
        .isEqualTo("0A000 unsupported frontend protocol 2.0: server supports 3.0 to 3.2");
  }

  @Test
  void aMessageWithoutUserOrTerminatorIsRefused() {
    assertThat(refusal(StartupBytes.startupMessage(0, "database", "x")))
        .isEqualTo("28000 no PostgreSQL user name specified in startup packet");
    byte[] unterminated = StartupBytes.startupMessage(0, "user", "x");
    unterminated[unterminated.length - 1] = 'y';
    assertThat(refusal(unterminated))
        .isEqualTo("08P01 invalid startup packet layout: expected terminator as last byte");
  }

  @Test
  void tlsMayComeFirstOnly() {
    byte[] hello = {0x16, 3, 1, 0, 5, 1, 0, 0, 1, 0};
    assertThat(decode(hello, true)).isEqualTo(new Result.Decoded(new StartupPacket.DirectTls(), 0));
    assertThat(decode(hello, false)).isInstanceOf(Result.Malformed.class);
  }

  @Test
  void tlsIsAWholeClientHello() {
    byte[] hello = {0x16, 3, 1, 0, 5, 1, 0, 0, 1, 0};
    for (int length = 1; length < hello.length; length++) {
      assertThat(decode(Arrays.copyOf(hello, length), true)).isInstanceOf(Result.NeedMore.class);
    }
    assertThat(refusal(new byte[] {0x16, 2, 1, 0, 5, 1})).isEqualTo("08P01 invalid TLS handshake");
    assertThat(refusal(new byte[] {0x16, 3, 1, 0, 5, 2})).isEqualTo("08P01 invalid TLS handshake");
    assertThat(refusal(new byte[] {0x16, 3, 1, (byte) 0xff, 5, 1}))
        .isEqualTo("08P01 invalid TLS handshake");
  }

  private Object whole(byte[] packet) {
    return List.of(packet(packet), packet.length);
  }

  private static List<Object> decodeInPieces(byte[] all, List<Integer> cuts) {
    List<Object> decoded = new ArrayList<>();
    ByteBuf in = Unpooled.buffer();
    int sent = 0;
    for (int i = 0; sent < all.length; i++) {
      int piece = cuts.isEmpty() || i > 100 ? 1 + i : cuts.get(i % cuts.size());
      int length = Math.min(piece, all.length - sent);
      in.writeBytes(all, sent, length);
      sent += length;
      while (StartupDecoder.decode(in, false) instanceof Result.Decoded(var packet, int bytes)) {
        decoded.add(List.of(packet, bytes));
        in.skipBytes(bytes);
      }
    }
    assertThat(in.readableBytes()).isZero();
    return decoded;
  }

  private static StartupPacket packet(byte[] bytes) {
    return ((Result.Decoded) decode(bytes, false)).packet();
  }

  private static String refusal(byte[] bytes) {
    ErrorResponse answer = ((Result.Malformed) decode(bytes, true)).answer();
    return answer.sqlState() + " " + answer.message();
  }

  private static Result decode(byte[] bytes, boolean first) {
    return StartupDecoder.decode(Unpooled.wrappedBuffer(bytes), first);
  }

  private static byte[] concat(List<byte[]> packets) {
    ByteBuf all = Unpooled.buffer();
    packets.forEach(all::writeBytes);
    byte[] bytes = new byte[all.readableBytes()];
    all.readBytes(bytes);
    return bytes;
  }
}
