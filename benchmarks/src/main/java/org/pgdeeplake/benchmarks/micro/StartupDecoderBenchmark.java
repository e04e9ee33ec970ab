package org.pgdeeplake.benchmarks.micro;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.openjdk.jmh.annotations.Benchmark;
import org.pgdeeplake.proxy.postgres.StartupDecoder;

/** What one connection's startup packets cost to read. Run: {@code benchmarks/run.sh micro}. */
public class StartupDecoderBenchmark extends InMemory {
  private final ByteBuf sslRequest =
      Unpooled.wrappedBuffer(new byte[] {0, 0, 0, 8, 4, (byte) 0xd2, 0x16, 0x2f});
  private final ByteBuf startupMessage = startupMessage();
  private final ByteBuf incomplete = startupMessage.slice(0, startupMessage.readableBytes() - 1);

  /** What psql 15 sends. */
  private static ByteBuf startupMessage() {
    byte[] body =
        "user\0postgres\0database\0postgres\0application_name\0psql\0client_encoding\0UTF8\0\0"
            .getBytes(StandardCharsets.US_ASCII);
    return Unpooled.wrappedBuffer(
        ByteBuffer.allocate(8 + body.length)
            .putInt(8 + body.length)
            .putInt(3 << 16)
            .put(body)
            .array());
  }

  @Benchmark
  public StartupDecoder.Result sslRequest() {
    return StartupDecoder.decode(sslRequest, true);
  }

  @Benchmark
  public StartupDecoder.Result wholeStartupMessage() {
    return StartupDecoder.decode(startupMessage, false);
  }

  @Benchmark
  public StartupDecoder.Result incompleteStartupMessage() {
    return StartupDecoder.decode(incomplete, false);
  }
}
