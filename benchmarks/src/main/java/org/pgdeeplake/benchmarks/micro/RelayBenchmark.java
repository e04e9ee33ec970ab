package org.pgdeeplake.benchmarks.micro;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
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
import org.pgdeeplake.proxy.Proxy;
import org.pgdeeplake.proxy.StartException;
import org.pgdeeplake.proxy.config.ConfigException;
import org.pgdeeplake.proxy.config.ConfigReader;

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

  private AnsweringServer server;
  private Proxy proxy;
  private SocketChannel client;
  private final ByteBuffer question = AnsweringServer.question();
  private ByteBuffer answer;

  @Setup
  public void start() throws IOException, ConfigException, StartException {
    server = new AnsweringServer(answerBytes);
    answer = ByteBuffer.allocateDirect(answerBytes);
    Path file = Files.createTempFile("relay", ".conf");
    Files.writeString(
        file,
        """
        proxy {
          admin.bind = "127.0.0.1:0"
          frontends.f { bind = "127.0.0.1:0", default-backend = b, tls.mode = off }
          backends.b.servers = [{ name = s, address = "127.0.0.1:%d" }]
          log.level = WARN
        }
        """
            .formatted(server.port()));
    proxy = Proxy.start(ConfigReader.load(file));
    Files.delete(file);
    InetSocketAddress address = proxy.address("f");
    client = SocketChannel.open(address);
    AnsweringServer.logIn(client);
  }

  @TearDown
  public void stop() throws IOException {
    client.close();
    proxy.close();
    server.close();
  }

  @Benchmark
  public int questionAndAnswer() throws IOException {
    question.rewind();
    while (question.hasRemaining()) {
      var _ = client.write(question);
    }
    answer.clear();
    while (answer.hasRemaining()) {
      if (client.read(answer) < 0) {
        throw new IOException("the session has ended");
      }
    }
    return answer.position();
  }
}
