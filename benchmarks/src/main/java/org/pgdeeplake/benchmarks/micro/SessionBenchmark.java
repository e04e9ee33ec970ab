package org.pgdeeplake.benchmarks.micro;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.pgdeeplake.proxy.StartException;
import org.pgdeeplake.proxy.config.ConfigException;

/** A whole session through the proxy over real sockets: connect, log in, one question, the end. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(
    value = 1,
    jvmArgsAppend = {
      "--enable-native-access=ALL-UNNAMED",
      "--sun-misc-unsafe-memory-access=allow",
      "-Dio.netty.leakDetection.level=disabled"
    })
public class SessionBenchmark {
  private RunningProxy proxy;
  private InetSocketAddress address;
  private final ByteBuffer question = AnsweringServer.question();
  private final ByteBuffer answer = ByteBuffer.allocateDirect(80);

  @Setup
  public void start() throws IOException, ConfigException, StartException {
    proxy = new RunningProxy(answer.capacity());
    address = proxy.address();
  }

  @TearDown
  public void stop() throws IOException {
    proxy.close();
  }

  @Benchmark
  public void session() throws IOException {
    try (SocketChannel client = SocketChannel.open(address)) {
      AnsweringServer.logIn(client);
      question.rewind();
      AnsweringServer.write(client, question);
      answer.clear();
      AnsweringServer.read(client, answer);
    }
  }
}
