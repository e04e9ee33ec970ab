package org.pgdeeplake.benchmarks.micro;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.TearDown;
import org.pgdeeplake.proxy.StartException;
import org.pgdeeplake.proxy.config.ConfigException;

/**
 * A question and its answer through the whole proxy, over real sockets: with {@code -prof gc} it
 * shows what the proxy allocates for it, as both ends here allocate nothing. The time is mostly the
 * kernel's.
 */
public class RelayBenchmark extends OverSockets {
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
