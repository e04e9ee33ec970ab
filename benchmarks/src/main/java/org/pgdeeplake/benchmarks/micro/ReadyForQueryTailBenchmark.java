package org.pgdeeplake.benchmarks.micro;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.pgdeeplake.proxy.postgres.ReadyForQueryTail;

/** What it costs to see whose turn it is, for each read from a server. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class ReadyForQueryTailBenchmark {
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
