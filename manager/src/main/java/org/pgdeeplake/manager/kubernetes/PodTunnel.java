package org.pgdeeplake.manager.kubernetes;

import io.fabric8.kubernetes.client.http.WebSocket;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.manager.deployment.DeploymentFailed;

/**
 * One client's connection and its stream to a pod. Its own thread carries what the client sends, a
 * second one what the pod sends.
 */
final class PodTunnel implements AutoCloseable {
  private static final int CHUNK = 32 * 1024;
  private static final int GOING_AWAY = 1001;
  private static final long SEND_POLL_NANOS = 50_000;

  /** How long a client may take to read why its connection ends. */
  private static final int FAREWELL_MILLIS = 1000;

  private final ApiServer server;
  private final Socket socket;
  private final LastWords lastWords;
  private volatile boolean closed;

  PodTunnel(ApiServer server, Socket socket, LastWords lastWords) {
    this.server = server;
    this.socket = socket;
    this.lastWords = lastWords;
  }

  /** Returns when either end has closed. */
  void run(PortForward.Destination destination, int port) {
    String pod = "";
    PodStream stream = new PodStream();
    WebSocket webSocket = null;
    try {
      socket.setTcpNoDelay(true);
      pod = destination.pod();
      webSocket =
          server
              .portForward(pod, port, stream)
              .get(server.timeout().toMillis(), TimeUnit.MILLISECONDS);
      Thread down = downstream(pod, stream);
      upstream(webSocket);
      // The client has finished: what the pod still says is of no use to it.
      stream.end("");
      down.join();
    } catch (DeploymentFailed e) {
      refuse(String.valueOf(e.getMessage()));
    } catch (ExecutionException e) {
      refuse(server.failure().ofStream(pod, e.getCause() == null ? e : e.getCause()));
    } catch (TimeoutException e) {
      refuse(server.failure().ofStream(pod, e));
    } catch (IOException | InterruptedException _) {
      // The client is gone, or close().
    } finally {
      closed = true;
      stream.end("");
      // Nobody is there to take it if the other end has closed.
      if (webSocket != null && !stream.endedByPod()) {
        webSocket.sendClose(GOING_AWAY, "client closed");
      }
      closeSocket();
    }
  }

  private void upstream(WebSocket webSocket) throws InterruptedException {
    byte[] chunk = new byte[CHUNK + 1];
    chunk[0] = PodStream.DATA;
    try {
      InputStream in = socket.getInputStream();
      for (int length = in.read(chunk, 1, CHUNK); length >= 0; length = in.read(chunk, 1, CHUNK)) {
        send(webSocket, ByteBuffer.wrap(chunk, 0, length + 1));
      }
    } catch (IOException _) {
      // The client's reset, or the pod's end, which closes the socket and has told why.
    }
  }

  /**
   * The JDK takes no message while one is on its way, and the library tells its end by this only.
   */
  private void send(WebSocket webSocket, ByteBuffer message) throws IOException {
    if (!webSocket.send(message)) {
      throw new IOException("the stream has ended");
    }
    while (webSocket.queueSize() > 0 && !closed) {
      LockSupport.parkNanos(SEND_POLL_NANOS);
    }
  }

  private Thread downstream(String pod, PodStream stream) {
    return Thread.ofVirtual()
        .name("tunnel from " + pod)
        .start(() -> {
          try {
            var out = socket.getOutputStream();
            for (ByteBuffer data = stream.next(); data != null; data = stream.next()) {
              lastWords.passed(data);
              out.write(data.array(), data.arrayOffset() + data.position(), data.remaining());
            }
            farewell(ended(pod, stream.reason()));
          } catch (IOException | InterruptedException _) {
            // The client is gone, or close().
          } finally {
            closeSocket();
          }
        });
  }

  private static @Nullable String ended(String pod, String reason) {
    return reason.isEmpty() ? null : "port-forward to pod " + pod + " broke off: " + reason;
  }

  private void farewell(@Nullable String reason) throws IOException {
    if (reason != null && !closed) {
      socket.getOutputStream().write(lastWords.of(reason));
      socket.shutdownOutput();
    }
  }

  /** A close with the client's bytes unread would reset the connection, and our words with it. */
  private void refuse(String reason) {
    try {
      farewell(reason);
      socket.setSoTimeout(FAREWELL_MILLIS);
      socket.getInputStream().skipNBytes(Long.MAX_VALUE);
    } catch (IOException _) {
      // The client has closed, or does not listen.
    }
  }

  private void closeSocket() {
    try {
      socket.close();
    } catch (IOException _) {
      // It is closed either way.
    }
  }

  @Override
  public void close() {
    closed = true;
    closeSocket();
  }
}
