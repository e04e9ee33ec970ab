package org.pgdeeplake.manager.status;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** Answers every first message with FATAL. */
final class Refusing implements AutoCloseable {
  private final ServerSocket server = new ServerSocket(0, 10, InetAddress.ofLiteral("127.0.0.1"));
  private final byte[] answer;
  private volatile String heard = "";

  Refusing(String state, String message) throws IOException {
    String fields = "SFATAL\0VFATAL\0C" + state + "\0M" + message + "\0\0";
    answer = fields.getBytes(StandardCharsets.UTF_8);
    Thread.ofVirtual().start(this::serve);
  }

  private void serve() {
    while (true) {
      try (Socket client = server.accept()) {
        DataInputStream in = new DataInputStream(client.getInputStream());
        heard = new String(in.readNBytes(in.readInt() - 4), StandardCharsets.UTF_8);
        DataOutputStream out = new DataOutputStream(client.getOutputStream());
        out.writeByte('E');
        out.writeInt(answer.length + 4);
        out.write(answer);
      } catch (IOException _) {
        if (server.isClosed()) {
          return;
        }
      }
    }
  }

  /** The last first message. */
  String heard() {
    return heard;
  }

  int port() {
    return server.getLocalPort();
  }

  @Override
  public void close() throws IOException {
    server.close();
  }
}
