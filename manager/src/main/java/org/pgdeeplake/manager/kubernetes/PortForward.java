package org.pgdeeplake.manager.kubernetes;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.pgdeeplake.manager.deployment.DeploymentFailed;

/**
 * A port on 127.0.0.1 that is a pod's port: each connection to it is a stream of its own through
 * the API server, opened when it comes. Not the library's own: that one drops what it sends while a
 * WebSocket message is still on its way (to a server that reads slowly), and keeps the reason of a
 * failure to itself.
 */
final class PortForward implements AutoCloseable {
  private static final int BACKLOG = 50;
  private static final long PAUSE_NANOS = 50_000_000;

  private final ApiServer server;
  private final Destination destination;
  private final int port;
  private final Supplier<LastWords> lastWords;
  private final ServerSocket listener;
  private final Set<PodTunnel> tunnels = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  /** Which pod, asked for each connection. */
  interface Destination {
    String pod() throws DeploymentFailed;
  }

  private PortForward(
      ApiServer server,
      Destination destination,
      int port,
      Supplier<LastWords> lastWords,
      ServerSocket listener) {
    this.server = server;
    this.destination = destination;
    this.port = port;
    this.lastWords = lastWords;
    this.listener = listener;
  }

  /** Listens on a free port until {@link #close}; asks the API server nothing yet. */
  static PortForward open(
      ApiServer server, Destination destination, int port, Supplier<LastWords> lastWords)
      throws DeploymentFailed {
    try {
      ServerSocket listener = new ServerSocket();
      listener.bind(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0), BACKLOG);
      PortForward forward = new PortForward(server, destination, port, lastWords, listener);
      Thread.ofVirtual().name("port-forward " + listener.getLocalPort()).start(forward::accept);
      return forward;
    } catch (IOException e) {
      throw new DeploymentFailed("cannot listen on 127.0.0.1 for a port-forward: " + e, e);
    }
  }

  int localPort() {
    return listener.getLocalPort();
  }

  private void accept() {
    while (!closed) {
      try {
        Socket socket = listener.accept();
        Thread.ofVirtual().name("tunnel " + socket.getPort()).start(() -> serve(socket));
      } catch (IOException _) {
        // close(); or no descriptor is free, which the next client may find changed.
        LockSupport.parkNanos(PAUSE_NANOS);
      }
    }
  }

  private void serve(Socket socket) {
    PodTunnel tunnel = new PodTunnel(server, socket, lastWords.get());
    tunnels.add(tunnel);
    try {
      if (closed) {
        tunnel.close();
      } else {
        tunnel.run(destination, port);
      }
    } finally {
      tunnels.remove(tunnel);
    }
  }

  @Override
  public void close() {
    closed = true;
    try {
      listener.close();
    } catch (IOException _) {
      // Nobody listens any more either way.
    }
    tunnels.forEach(PodTunnel::close);
  }
}
