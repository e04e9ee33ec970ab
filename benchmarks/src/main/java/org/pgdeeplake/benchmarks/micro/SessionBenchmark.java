package org.pgdeeplake.benchmarks.micro;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.TearDown;
import org.pgdeeplake.proxy.StartException;
import org.pgdeeplake.proxy.config.ConfigException;

/** A whole session through the proxy over real sockets: connect, log in, one question, the end. */
public class SessionBenchmark extends OverSockets {
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
