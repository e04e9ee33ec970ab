// A client in plain text never sees a TLS server's offer of channel binding, and nothing else of
// what the server says is changed, in whatever pieces it arrives.
package org.pgdeeplake.proxy.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ChannelBindingTest {
  private static final String PLUS = "SCRAM-SHA-256-PLUS";
  private static final String SCRAM = "SCRAM-SHA-256";
  private static final byte[] NEGOTIATE_VERSION = message('v', new byte[] {0, 3, 0, 0, 0, 0, 0, 0});
  private static final byte[] NOTICE =
      message('N', "SNOTICE\0Mhear\0\0".getBytes(StandardCharsets.UTF_8));
  private static final byte[] OK = message('R', new byte[4]);

  static Stream<byte[]> whatComesBefore() {
    return Stream.of(
        new byte[0],
        NEGOTIATE_VERSION,
        NOTICE,
        concat(NEGOTIATE_VERSION, NOTICE),
        concat(NOTICE, NOTICE, NEGOTIATE_VERSION));
  }

  @ParameterizedTest
  @MethodSource("whatComesBefore")
  void theOfferIsWithheldWhenTheWholeOfItIsThere(byte[] before) {
    byte[] said = concat(before, sasl(PLUS, SCRAM));
    for (int cut = 0; cut < said.length; cut++) {
      assertThat(withhold(Unpooled.wrappedBuffer(said, 0, cut))).as("after %s", cut).isNull();
    }
    assertThat(withhold(said)).isEqualTo(concat(before, sasl(SCRAM)));
  }

  @Test
  void itsPlaceInTheListDoesNotMatter() {
    assertThat(withhold(sasl(SCRAM, PLUS))).isEqualTo(sasl(SCRAM));
    assertThat(withhold(sasl("OAUTHBEARER", PLUS, SCRAM))).isEqualTo(sasl("OAUTHBEARER", SCRAM));
    assertThat(withhold(concat(sasl(PLUS, SCRAM), NOTICE))).isEqualTo(concat(sasl(SCRAM), NOTICE));
  }

  @Test
  void whereThereIsNothingElseTheClientSaysItself() {
    assertThat(withhold(sasl(PLUS))).isEqualTo(sasl(PLUS));
  }

  @Test
  void whatOnlyLooksLikeItStays() {
    for (byte[] said :
        List.of(
            sasl(SCRAM),
            sasl("X" + PLUS, PLUS + "X"),
            OK,
            concat(OK, sasl(PLUS, SCRAM)),
            message(
                'R',
                concat(
                    ByteBuffer.allocate(4).putInt(12).array(),
                    PLUS.getBytes(StandardCharsets.US_ASCII))),
            message('R', new byte[0]),
            ErrorResponse.fatal("28000", PLUS).encode(),
            new byte[] {'R', 0, 0, 0, 3},
            new byte[] {'N', 0x7f, 0, 0, 0, 'x'},
            new byte[] {'H'})) {
      assertThat(withhold(said)).isEqualTo(said);
    }
  }

  @Property(tries = 500)
  void onlyTheOfferGoes(@ForAll("mechanisms") List<String> names, @ForAll byte[] behind) {
    List<String> left = names.stream().filter(name -> !name.equals(PLUS)).toList();
    byte[] said = concat(sasl(names.toArray(String[]::new)), behind);
    byte[] expected = left.isEmpty() ? said : concat(sasl(left.toArray(String[]::new)), behind);
    assertThat(withhold(said)).isEqualTo(expected);
  }

  @Provide
  Arbitrary<List<String>> mechanisms() {
    return Arbitraries.strings()
        .ascii()
        .excludeChars('\0')
        .ofMinLength(1)
        .ofMaxLength(20)
        .list()
        .ofMaxSize(4)
        .uniqueElements()
        .flatMap(names ->
            Arbitraries.integers()
                .between(0, names.size())
                .map(at ->
                    Stream.concat(
                            Stream.concat(names.stream().limit(at), Stream.of(PLUS)),
                            names.stream().skip(at))
                        .toList()));
  }

  @Property(tries = 500)
  void noBytesThrowOrAreLost(@ForAll byte[] said) {
    ByteBuf in = Unpooled.wrappedBuffer(concat(new byte[] {9}, said)).skipBytes(1);
    byte[] left = ChannelBinding.withhold(in);
    assertThat(left == null || left.length <= said.length).isTrue();
    assertThat(in.readableBytes()).isEqualTo(said.length);
  }

  private static byte @Nullable [] withhold(byte[] said) {
    // Whatever is read before it in the same buffer does not matter.
    return withhold(Unpooled.wrappedBuffer(concat(new byte[] {1, 2, 3}, said)).skipBytes(3));
  }

  private static byte @Nullable [] withhold(ByteBuf in) {
    return ChannelBinding.withhold(in);
  }

  private static byte[] sasl(String... names) {
    String list = String.join("\0", names) + "\0\0";
    return message(
        'R',
        concat(
            ByteBuffer.allocate(4).putInt(10).array(), list.getBytes(StandardCharsets.ISO_8859_1)));
  }

  private static byte[] message(char type, byte[] body) {
    return ByteBuffer.allocate(5 + body.length)
        .put((byte) type)
        .putInt(4 + body.length)
        .put(body)
        .array();
  }

  private static byte[] concat(byte[]... parts) {
    ByteBuf all = Unpooled.wrappedBuffer(parts);
    byte[] bytes = new byte[all.readableBytes()];
    all.readBytes(bytes);
    return bytes;
  }
}
