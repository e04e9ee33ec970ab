package org.pgdeeplake.benchmarks.micro;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;

/**
 * Speaks as much of PostgreSQL as a session through the proxy needs, and answers each question with
 * so many bytes, of which the last are a ReadyForQuery. Allocates nothing once a session runs.
 */
final class AnsweringServer implements AutoCloseable {
  private static final byte[] READY = {'Z', 0, 0, 0, 5, 'I'};

  /** AuthenticationOk and ReadyForQuery. */
  private static final int WELCOME_BYTES = 9 + READY.length;

  private static final byte[] QUESTION = "Q\0\0\0\15select 1\0".getBytes(StandardCharsets.US_ASCII);

  private final ServerSocketChannel listener;
  private final int answerBytes;

  AnsweringServer(int answerBytes) throws IOException {
    this.answerBytes = answerBytes;
    listener =
        ServerSocketChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    Thread.ofPlatform().daemon().name("answering").start(this::accept);
  }

  int port() throws IOException {
    return ((InetSocketAddress) listener.getLocalAddress()).getPort();
  }

  static ByteBuffer question() {
    return ByteBuffer.allocateDirect(QUESTION.length).put(QUESTION).flip();
  }

  /** As a client: until the server is ready. */
  static void logIn(SocketChannel client) throws IOException {
    byte[] parameters = "user\0postgres\0\0".getBytes(StandardCharsets.US_ASCII);
    write(
        client,
        ByteBuffer.allocate(8 + parameters.length)
            .putInt(8 + parameters.length)
            .putInt(3 << 16)
            .put(parameters)
            .flip());
    read(client, ByteBuffer.allocate(WELCOME_BYTES));
  }

  private void accept() {
    try {
      while (true) {
        SocketChannel client = listener.accept();
        Thread.ofPlatform().daemon().name("answers").start(() -> serve(client));
      }
    } catch (IOException _) {
      // close()
    }
  }

  private void serve(SocketChannel client) {
    try (client) {
      ByteBuffer length = ByteBuffer.allocate(4);
      read(client, length);
      read(client, ByteBuffer.allocate(length.getInt(0) - 4));
      write(
          client,
          ByteBuffer.allocate(WELCOME_BYTES).put((byte) 'R').putInt(8).putInt(0).put(READY).flip());
      ByteBuffer question = ByteBuffer.allocateDirect(QUESTION.length);
      ByteBuffer answer = ByteBuffer.allocateDirect(answerBytes);
      answer.put(answerBytes - READY.length, READY);
      while (true) {
        question.clear();
        read(client, question);
        answer.rewind();
        write(client, answer);
      }
    } catch (IOException _) {
      // The client has gone.
    }
  }

  static void read(SocketChannel from, ByteBuffer whole) throws IOException {
    while (whole.hasRemaining()) {
      if (from.read(whole) < 0) {
        throw new IOException("the other side has ended");
      }
    }
  }

  static void write(SocketChannel to, ByteBuffer whole) throws IOException {
    while (whole.hasRemaining()) {
      var _ = to.write(whole);
    }
  }

  @Override
  public void close() throws IOException {
    listener.close();
  }
}
