package org.pgdeeplake.benchmarks.micro;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.pgdeeplake.proxy.postgres.ReadyForQueryTail;

/** What it costs to see whose turn it is, for each read from a server. */
@State(Scope.Thread)
public class ReadyForQueryTailBenchmark extends InMemory {
  /** Bytes of a read: less than the tail, a short answer, a full buffer. */
  @Param({"3", "80", "262144"})
  private int bytes;

  private final ReadyForQueryTail tail = new ReadyForQueryTail();
  private ByteBuf chunk;

  @Setup
  public void fill() {
    chunk = ByteBufAllocator.DEFAULT.ioBuffer(bytes).writeZero(bytes);
    byte[] ready = {'Z', 0, 0, 0, 5, 'I'};
    if (bytes >= ready.length) {
      chunk.setBytes(bytes - ready.length, ready);
    }
  }

  @TearDown
  public void release() {
    chunk.release();
  }

  @Benchmark
  public ReadyForQueryTail.Status next() {
    return tail.next(chunk);
  }
}
