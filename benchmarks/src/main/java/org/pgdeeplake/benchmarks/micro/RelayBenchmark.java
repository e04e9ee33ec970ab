package org.pgdeeplake.benchmarks.micro;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
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
import org.pgdeeplake.proxy.StartException;
import org.pgdeeplake.proxy.config.ConfigException;

/**
 * A question and its answer through the whole proxy, over real sockets: with {@code -prof gc} it
 * shows what the proxy allocates for it, as both ends here allocate nothing. The time is mostly the
 * kernel's.
 */
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
public class RelayBenchmark {
  @Param({"80", "1048576"})
  private int answerBytes;

  private RunningProxy proxy;
  private SocketChannel client;
  private final ByteBuffer question = AnsweringServer.question();
  private ByteBuffer answer;

  @Setup
  public void start() throws IOException, ConfigException, StartException {
    proxy = new RunningProxy(answerBytes);
    answer = ByteBuffer.allocateDirect(answerBytes);
    client = SocketChannel.open(proxy.address());
    AnsweringServer.logIn(client);
  }

  @TearDown
  public void stop() throws IOException {
    client.close();
    proxy.close();
  }

  @Benchmark
  public int questionAndAnswer() throws IOException {
    question.rewind();
    AnsweringServer.write(client, question);
    answer.clear();
    AnsweringServer.read(client, answer);
    return answer.position();
  }
}
