package org.pgdeeplake.proxy.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.proxy.postgres.ChannelBinding;
import org.pgdeeplake.proxy.postgres.CheckReply;
import org.pgdeeplake.proxy.postgres.SslReply;
import org.pgdeeplake.proxy.postgres.StartupReply;

/** A server's first words: to an SSLRequest, to a StartupMessage, to a check. */
final class ServerReplyTarget implements FuzzTarget {
  @Override
  public void check(byte[] input) {
    read(input, SslReply::decode);
    byte[] withheld = withhold(input);
    if (withheld != null) {
      assertThat(withheld.length).isLessThanOrEqualTo(input.length);
      // A second look finds nothing to take away.
      assertThat(withhold(withheld)).isEqualTo(withheld);
    }
    StartupReply startup = read(input, StartupReply::decode);
    CheckReply check = read(input, CheckReply::decode);
    for (int length = 0; length < input.length; length += 1 + length / 4) {
      byte[] part = Arrays.copyOf(input, length);
      StartupReply earlier = read(part, StartupReply::decode);
      if (!(earlier instanceof StartupReply.NeedMore)) {
        assertThat(earlier).isEqualTo(startup);
      }
      CheckReply earlierCheck = read(part, CheckReply::decode);
      if (!(earlierCheck instanceof CheckReply.NeedMore)) {
        assertThat(earlierCheck).isEqualTo(check);
      }
    }
    if (startup instanceof StartupReply.Refused(var sqlState, var message)) {
      assertThat(StartupReply.SERVERS_OWN).contains(sqlState);
      assertThat(message.getBytes(StandardCharsets.UTF_8).length)
          .isLessThanOrEqualTo(3 * StartupReply.MAX_BYTES);
    }
  }

  private static byte @Nullable [] withhold(byte[] bytes) {
    ByteBuf in = Unpooled.wrappedBuffer(bytes);
    byte[] left = ChannelBinding.withhold(in);
    assertThat(in.readerIndex()).isZero();
    return left;
  }

  private static <T> T read(byte[] bytes, Function<ByteBuf, T> decoder) {
    ByteBuf in = Unpooled.wrappedBuffer(bytes);
    T result = decoder.apply(in);
    assertThat(in.readerIndex()).isZero();
    return result;
  }
}
