package org.pgdeeplake.proxy;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** Lets whoever logs in be let in, as a PostgreSQL does, so that a training has a real server. */
final class TrainingServer implements AutoCloseable {
  private static final int MOST_BYTES = 10_000;

  static final byte[] STARTUP =
      "\0\0\0\27\0\3\0\0user\0training\0\0".getBytes(StandardCharsets.US_ASCII);
  static final byte[] TERMINATE = {'X', 0, 0, 0, 4};

  private final ServerSocket listener = new ServerSocket(0, 0, InetAddress.getLoopbackAddress());

  TrainingServer() throws IOException {
    thread(this::accept);
  }

  int port() {
    return listener.getLocalPort();
  }

  private static void thread(Runnable task) {
    Thread.ofPlatform().daemon().name("training-server").start(task);
  }

  private void accept() {
    try {
      while (true) {
        Socket client = listener.accept();
        thread(() -> serve(client));
      }
    } catch (IOException closed) {
      // The training is over.
    }
  }

  private static void serve(Socket client) {
    try (client) {
      DataInputStream in = new DataInputStream(client.getInputStream());
      int length = in.readInt();
      if (length > Integer.BYTES && length < MOST_BYTES) {
        in.skipNBytes(length - Integer.BYTES);
        DataOutputStream out = new DataOutputStream(client.getOutputStream());
        out.write(new byte[] {'R', 0, 0, 0, 8, 0, 0, 0, 0});
        out.write(new byte[] {'K', 0, 0, 0, 12, 0, 0, 0, 1, 0, 0, 0, 2});
        out.write(new byte[] {'Z', 0, 0, 0, 5, 'I'});
        var _ = in.readAllBytes();
      }
    } catch (IOException gone) {
      // As a server that has lost its client.
    }
  }

  /**
   * A session with the proxy, from its beginning to its end. Blocks.
   *
   * @param proxy where it listens
   */
  static void visit(Socket proxy) throws IOException {
    OutputStream out = proxy.getOutputStream();
    out.write(STARTUP);
    DataInputStream in = new DataInputStream(proxy.getInputStream());
    while (in.readUnsignedByte() != 'Z') {
      in.skipNBytes(in.readInt() - Integer.BYTES);
    }
    out.write(TERMINATE);
  }

  @Override
  public void close() throws IOException {
    listener.close();
  }
}
