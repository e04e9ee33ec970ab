package org.pgdeeplake.proxy.rehearsal;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.EventLoopGroup;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.pgdeeplake.proxy.backend.ServerConnector;
import org.pgdeeplake.proxy.net.Transport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Has sessions with the proxy itself for a while: connect, ask, leave, again. */
public final class Rehearsal {
  private static final Logger log = LoggerFactory.getLogger(Rehearsal.class);

  /** Sessions at once. */
  private static final int PLAYERS = 8;

  private static final int QUERIES = 20;

  /** After the time is up, for those who are just playing. */
  private static final Duration FAREWELL = Duration.ofSeconds(5);

  private final InetSocketAddress stage;
  private final Transport transport;
  private final EventLoopGroup others;
  private final long endNanos;
  private final AtomicInteger begun = new AtomicInteger();
  private final AtomicBoolean alone = new AtomicBoolean(true);
  private final AtomicInteger played = new AtomicInteger();
  private final CountDownLatch gone = new CountDownLatch(PLAYERS);

  private Rehearsal(
      InetSocketAddress stage, Transport transport, EventLoopGroup others, Duration length) {
    this.stage = stage;
    this.transport = transport;
    this.others = others;
    this.endNanos = System.nanoTime() + length.toNanos();
  }

  /**
   * Blocks for about {@code length}; not for event loops. What goes wrong costs no more than a
   * warning: clients are served, more slowly at first.
   *
   * @param loops of the real sessions
   * @return sessions that were played to their end
   */
  public static int play(
      Transport transport, EventLoopGroup loops, ServerConnector connector, Duration length) {
    EventLoopGroup others = transport.loops("rehearsal", 1);
    try (Scene scene = new Scene(transport, loops, others, connector)) {
      Rehearsal rehearsal = new Rehearsal(scene.address(), transport, others, length);
      int sessions = rehearsal.play();
      var _ = scene.metrics().scrape();
      return sessions;
    } catch (IOException | RuntimeException e) {
      log.warn("no warm-up, the first clients will be served more slowly: {}", e.toString());
      others.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
      return 0;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return 0;
    }
  }

  private int play() throws InterruptedException {
    next(true);
    long left = endNanos - System.nanoTime() + FAREWELL.toNanos();
    if (!gone.await(left, TimeUnit.NANOSECONDS)) {
      log.warn("the warm-up was cut off after {} sessions", played);
    }
    return played.get();
  }

  /**
   * @param well whether the last one was played to its end; a player whose session fails gives up
   */
  private void next(boolean well) {
    if (!well || System.nanoTime() > endNanos) {
      gone.countDown();
      return;
    }
    Player player = Player.of(begun.getAndIncrement(), QUERIES, this::ended);
    new Bootstrap()
        .group(others)
        .channel(transport.socket())
        .handler(player)
        .connect(stage)
        .addListener(connected -> {
          if (!connected.isSuccess()) {
            ended(false);
          }
        });
  }

  private void ended(boolean well) {
    if (well) {
      played.incrementAndGet();
    }
    if (alone.compareAndSet(true, false)) {
      // Only now: what the first one is slow at, a client who is there already waits for, too.
      for (int i = 1; i < PLAYERS; i++) {
        next(well);
      }
    }
    next(well);
  }
}
