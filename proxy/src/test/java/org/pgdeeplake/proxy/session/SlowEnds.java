package org.pgdeeplake.proxy.session;

import static org.awaitility.Awaitility.await;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.epoll.EpollSocketChannel;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.pgdeeplake.proxy.postgres.StartupBytes;

/** A session on a stage with a client and a server, one of which does not read for a while. */
final class SlowEnds {
  /** What the server says first: AuthenticationOk, ReadyForQuery. */
  static final byte[] WELCOME = {'R', 0, 0, 0, 8, 0, 0, 0, 0, 'Z', 0, 0, 0, 5, 'I'};

  private static final byte[] STARTUP = StartupBytes.startupMessage(0, "user", "u");
  private static final Duration LIMIT = Duration.ofSeconds(20);
  private static final int CLOSE_WAIT = 8;

  private final Stage stage;
  final Socket client;
  final Socket server;
  final Session session;

  SlowEnds(Stage stage) throws Exception {
    this.stage = stage;
    stage.serverIsUp();
    client = stage.client();
    client.getOutputStream().write(STARTUP);
    server = stage.server.accept();
    server.getInputStream().readNBytes(STARTUP.length);
    server.getOutputStream().write(WELCOME);
    client.getInputStream().readNBytes(WELCOME.length);
    session = stage.session();
  }

  /** The channel to the server. */
  Channel serverChannel() throws Exception {
    return onLoop(() -> ((LinkedState) session.state()).link.channel());
  }

  <T> T onLoop(Callable<T> look) throws Exception {
    return session.loop().submit(look).get(10, TimeUnit.SECONDS);
  }

  /** Writes to the client, who does not read, until the server is read no more; how many bytes. */
  long fillClient(int piece) throws Exception {
    session.client().config().setOption(ChannelOption.SO_SNDBUF, 8 * 1024);
    return fill(
        server.getOutputStream(),
        piece,
        () -> stage.traffic.traffic().bytesOutTotal(),
        () -> stage.traffic.sides().pausedServers().sum());
  }

  /** The same to the server. */
  long fillServer(int piece) throws Exception {
    serverChannel().config().setOption(ChannelOption.SO_SNDBUF, 8 * 1024);
    return fill(
        client.getOutputStream(),
        piece,
        () -> stage.traffic.traffic().bytesInTotal(),
        () -> stage.traffic.sides().pausedClients().sum());
  }

  /** Piece by piece, so that nothing is left in a kernel that has not been read. */
  private static long fill(OutputStream out, int piece, LongSupplier read, LongSupplier paused)
      throws IOException {
    long before = read.getAsLong();
    long written = 0;
    while (read.getAsLong() == before + written) {
      out.write(new byte[piece]);
      written += piece;
      long all = before + written;
      Stuck stuck = new Stuck();
      await()
          .atMost(LIMIT)
          .pollDelay(Duration.ZERO)
          .pollInterval(Duration.ofMillis(1))
          .until(() -> read.getAsLong() == all || stuck.look(paused.getAsLong() > 0));
    }
    return written;
  }

  /** Tells a side that waits from one that the kernels let wait for a moment. */
  private static final class Stuck {
    private long since = System.nanoTime();

    boolean look(boolean waits) {
      if (!waits) {
        since = System.nanoTime();
      }
      return System.nanoTime() - since > TimeUnit.MILLISECONDS.toNanos(300);
    }
  }

  /** Until the kernel has heard of the server's end, and the loop of the kernel. */
  void awaitServersEnd() throws Exception {
    if (serverChannel() instanceof EpollSocketChannel channel) {
      await()
          .atMost(LIMIT)
          .until(() -> !channel.isOpen() || channel.tcpInfo().state() == CLOSE_WAIT);
    }
    for (int turn = 0; turn < 3; turn++) {
      var _ = onLoop(() -> true);
    }
  }
}
