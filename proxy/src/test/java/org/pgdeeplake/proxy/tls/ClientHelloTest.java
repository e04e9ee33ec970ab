// Whatever a client sends as its ClientHello is understood or refused as malformed; nothing else.
package org.pgdeeplake.proxy.tls;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.pgdeeplake.proxy.tls.ClientHello.Malformed;

class ClientHelloTest {
  private static final byte[] WHOLE =
      hello(
          new byte[0],
          extension(0, vector(2, cat(new byte[] {0}, vector(2, "db.example".getBytes(US_ASCII))))),
          extension(16, vector(2, vector(1, "postgresql".getBytes(US_ASCII)))),
          extension(43, vector(1, new byte[] {3, 4})));

  @Test
  void readsNameAndProtocols() throws Malformed {
    ClientHello hello = parse(WHOLE);

    assertThat(hello.serverName()).isEqualTo("db.example");
    assertThat(hello.protocols()).containsExactly("postgresql");
    assertThat(hello.resumes()).isFalse();
  }

  @Test
  void withoutExtensionsNothingIsAskedFor() throws Malformed {
    assertThat(parse(cat(new byte[34], vector(1), vector(2), vector(1))))
        .isEqualTo(new ClientHello(null, null, "", false));
    assertThat(parse(hello(new byte[0]))).isEqualTo(new ClientHello(null, null, "", false));
  }

  @Test
  void asksToResumeByTicketKeyOrId() throws Malformed {
    byte[] id = {1, 2};
    byte[] versions = extension(43, vector(1, new byte[] {3, 4}));
    assertThat(parse(hello(new byte[0], extension(35, new byte[] {1}))).resumes()).isTrue();
    assertThat(parse(hello(new byte[0], extension(35, new byte[0]))).resumes()).isFalse();
    assertThat(parse(hello(id, extension(41, new byte[] {1}), versions)).resumes()).isTrue();
    assertThat(parse(hello(id)).resumes()).isTrue();
    assertThat(parse(hello(id)).session()).isEqualTo("0102");
    assertThat(parse(hello(id, versions)).resumes()).isFalse();
  }

  @Test
  void moreBytesThanItSaysAreRefused() {
    assertThatThrownBy(() -> parse(cat(WHOLE, new byte[1]))).isInstanceOf(Malformed.class);
  }

  @Property
  void cutOffItIsMalformed(@ForAll @IntRange(max = 4095) int at) {
    byte[] part = Arrays.copyOf(WHOLE, at % WHOLE.length);
    // Without extensions it is whole.
    if (part.length != 34 + 1 + 4 + 2) {
      assertThatThrownBy(() -> parse(part)).isInstanceOf(Malformed.class);
    }
  }

  @Property
  void garbageIsReadOrRefused(@ForAll @Size(max = 600) byte[] garbage) {
    understandsOrRefuses(garbage);
  }

  @Property
  void aChangedByteIsReadOrRefused(
      @ForAll @IntRange(max = 4095) int at,
      @ForAll byte value,
      @ForAll @IntRange(max = 9) int cut) {
    byte[] changed = Arrays.copyOf(WHOLE, WHOLE.length - cut);
    changed[at % changed.length] = value;
    understandsOrRefuses(changed);
  }

  private static void understandsOrRefuses(byte[] body) {
    try {
      assertThat(parse(body)).isNotNull();
    } catch (Malformed e) {
      assertThat(e).hasMessageStartingWith("malformed ClientHello: ");
    }
  }

  private static ClientHello parse(byte[] body) throws Malformed {
    // With more bytes around, so that reading too far would not fail by itself.
    ByteBuf around = Unpooled.wrappedBuffer(cat(new byte[8], body, new byte[8]));
    return ClientHello.parse(around.slice(8, body.length));
  }

  private static byte[] hello(byte[] session, byte[]... extensions) {
    return cat(
        new byte[34],
        vector(1, session),
        vector(2, new byte[] {0x13, 1}),
        vector(1, new byte[] {0}),
        vector(2, extensions));
  }

  private static byte[] extension(int type, byte[] data) {
    return cat(new byte[] {0, (byte) type}, vector(2, data));
  }

  private static byte[] vector(int lengthBytes, byte[]... parts) {
    byte[] content = cat(parts);
    byte[] length = {(byte) (content.length >> 8), (byte) content.length};
    return cat(lengthBytes == 2 ? length : new byte[] {length[1]}, content);
  }

  private static byte[] cat(byte[]... parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      all.writeBytes(part);
    }
    return all.toByteArray();
  }
}
