// Of a server's answer to an SSLRequest, one byte is believed, and nothing behind it.
package org.pgdeeplake.proxy.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class SslReplyTest {
  @Test
  void theRequestIsPostgresqls() {
    assertThat(SslReply.request()).isEqualTo(StartupBytes.sslRequest());
  }

  @Test
  void oneByte() {
    assertThat(reply("")).isInstanceOf(SslReply.NeedMore.class);
    assertThat(reply("S")).isInstanceOf(SslReply.Willing.class);
    assertThat(reply("N")).isInstanceOf(SslReply.Unwilling.class);
    assertThat(reply("S\16")).isInstanceOf(SslReply.Stuffed.class);
    assertThat(reply("NN")).isInstanceOf(SslReply.Stuffed.class);
    assertThat(reply("H")).isInstanceOf(SslReply.Unknown.class);
    assertThat(reply("R\0\0\0\10")).isInstanceOf(SslReply.Unknown.class);
  }

  @Test
  void anErrorCountsWhenItIsWhole() {
    byte[] error = ErrorResponse.fatal("53300", "sorry").encode();
    for (int cut = 1; cut < error.length; cut++) {
      assertThat(SslReply.decode(Unpooled.wrappedBuffer(error, 0, cut)))
          .isInstanceOf(SslReply.NeedMore.class);
    }
    assertThat(SslReply.decode(Unpooled.wrappedBuffer(error)))
        .isEqualTo(new SslReply.Refused("53300"));
  }

  @Test
  void nothingButACodeIsTakenFromAnError() {
    assertThat(SslReply.decode(error("trust me"))).isEqualTo(new SslReply.Refused(""));
    assertThat(reply("Ecould not fork new process for connection\n\0"))
        .isEqualTo(new SslReply.Refused(""));
    assertThat(reply("E\0\0\0\5\0")).isEqualTo(new SslReply.Refused(""));
    assertThat(reply("E\0\0\0\3")).isEqualTo(new SslReply.Refused(""));
  }

  @Property(tries = 300)
  void noReplyThrows(@ForAll byte[] bytes) {
    assertThat(SslReply.decode(Unpooled.wrappedBuffer(bytes))).isNotNull();
    assertThat(SslReply.decode(Unpooled.wrappedBuffer(new byte[] {'E', 0, 0, 0, 9}, bytes)))
        .isNotNull();
  }

  private static ByteBuf error(String sqlState) {
    return Unpooled.wrappedBuffer(ErrorResponse.fatal(sqlState, "text").encode());
  }

  private static SslReply reply(String bytes) {
    return SslReply.decode(Unpooled.wrappedBuffer(bytes.getBytes(StandardCharsets.ISO_8859_1)));
  }
}
