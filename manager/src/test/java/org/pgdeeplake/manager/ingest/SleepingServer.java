package org.pgdeeplake.manager.ingest;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;

/** Takes connections as a proxy does that starts a server first: no answer until it is woken. */
final class SleepingServer implements AutoCloseable {
  private final ServerSocket listener = new ServerSocket(0, 10, InetAddress.ofLiteral("127.0.0.1"));
  private final CountDownLatch awake = new CountDownLatch(1);
  private final AtomicLong firstNanos = new AtomicLong();
  private final int server;

  /**
   * @param server the port behind it
   */
  SleepingServer(int server) throws IOException {
    this.server = server;
    Thread.startVirtualThread(this::accept);
  }

  int port() {
    return listener.getLocalPort();
  }

  /** Until somebody has waited for so long. */
  void awaitWaiting(Duration time) {
    await()
        .atMost(time.plusSeconds(60))
        .until(
            () -> firstNanos.get() != 0 && System.nanoTime() - firstNanos.get() >= time.toNanos());
  }

  void wake() {
    awake.countDown();
  }

  private void accept() {
    while (!listener.isClosed()) {
      try {
        Socket client = listener.accept();
        firstNanos.compareAndSet(0, System.nanoTime());
        Thread.startVirtualThread(() -> serve(client));
      } catch (IOException _) {
        // Closed.
      }
    }
  }

  private void serve(Socket client) {
    try (client) {
      awake.await();
      try (Socket behind = new Socket(InetAddress.ofLiteral("127.0.0.1"), server)) {
        Thread back = Thread.startVirtualThread(() -> copy(behind, client));
        copy(client, behind);
        back.join();
      }
    } catch (IOException | InterruptedException _) {
      // One of the two left.
    }
  }

  private static void copy(Socket from, Socket to) {
    try {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      in.transferTo(out);
      to.shutdownOutput();
    } catch (IOException _) {
      // One of the two left.
    }
  }

  @Override
  public void close() throws IOException {
    listener.close();
  }
}
