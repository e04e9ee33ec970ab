package org.pgdeeplake.proxy.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Arrays;
import org.pgdeeplake.proxy.postgres.StartupDecoder;
import org.pgdeeplake.proxy.postgres.StartupDecoder.Result;

/** Startup packets, and the first record of direct TLS. The first byte: whether it comes first. */
final class StartupTarget implements FuzzTarget {
  @Override
  public void check(byte[] input) {
    if (input.length == 0) {
      return;
    }
    boolean first = (input[0] & 1) == 0;
    byte[] bytes = Arrays.copyOfRange(input, 1, input.length);
    Result whole = decode(bytes, first);
    switch (whole) {
      case Result.NeedMore() -> {}
      case Result.Malformed(var answer) -> assertThat(answer.encode()).startsWith('E');
      case Result.Decoded(var packet, int length) -> {
        assertThat(length)
            .isBetween(0, Math.min(bytes.length, StartupDecoder.MAX_PACKET_BYTES + 4));
        assertThat(packet.toString()).isNotEmpty();
        if (length > 0) {
          assertSame(whole, decode(Arrays.copyOf(bytes, length), first));
        }
      }
    }
    // What is said of the beginning stands when more comes.
    for (int length = 0; length < bytes.length; length += 1 + length / 4) {
      Result part = decode(Arrays.copyOf(bytes, length), first);
      if (!(part instanceof Result.NeedMore)) {
        assertSame(part, whole);
      }
    }
  }

  private static Result decode(byte[] bytes, boolean first) {
    ByteBuf in = Unpooled.wrappedBuffer(bytes);
    Result result = StartupDecoder.decode(in, first);
    assertThat(in.readerIndex()).isZero();
    return result;
  }

  private static void assertSame(Result one, Result other) {
    assertThat(one).isEqualTo(other);
  }
}
