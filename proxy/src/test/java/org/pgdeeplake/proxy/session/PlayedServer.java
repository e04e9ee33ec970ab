package org.pgdeeplake.proxy.session;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.List;

/** The one server of a {@link Stage}: a socket, and what the test says there. */
final class PlayedServer implements AutoCloseable {
  private static final int LIMIT_MILLIS = 10_000;

  private final ServerSocket listener;
  private final List<Socket> sockets = new ArrayList<>();

  /**
   * @param backlog connections that its kernel accepts by itself
   */
  PlayedServer(int backlog) throws IOException {
    listener = new ServerSocket(0, backlog, InetAddress.getLoopbackAddress());
  }

  int port() {
    return listener.getLocalPort();
  }

  /** Its end of the connection that the proxy has made to it. */
  Socket accept() throws IOException {
    listener.setSoTimeout(LIMIT_MILLIS);
    Socket accepted = listener.accept();
    accepted.setSoTimeout(LIMIT_MILLIS);
    sockets.add(accepted);
    return accepted;
  }

  /** Makes its kernel answer no further connection attempt. */
  void fillBacklog() throws IOException {
    for (int i = 0; i < 16; i++) {
      Socket filler = new Socket();
      sockets.add(filler);
      try {
        filler.connect(listener.getLocalSocketAddress(), 100);
      } catch (SocketTimeoutException full) {
        return;
      }
    }
    throw new IllegalStateException("the backlog does not fill");
  }

  /** Without a check's noticing. */
  void goes() throws IOException {
    listener.close();
  }

  @Override
  public void close() throws IOException {
    for (Socket socket : sockets) {
      socket.close();
    }
    listener.close();
  }
}
