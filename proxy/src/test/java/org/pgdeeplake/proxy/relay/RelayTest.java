// With plenty of memory the channel's watermark decides when a source waits; where memory is scarce
// it waits as soon as its session holds its share, and goes on when all of that is sent.
package org.pgdeeplake.proxy.relay;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.pgdeeplake.proxy.net.BufferMemory;
import org.pgdeeplake.proxy.traffic.RelayedSides;

class RelayTest {
  private static final int MIB = 1 << 20;

  /** More than a floor, less than Netty's own watermark of 64 KiB. */
  private static final int CHUNK = 10_000;

  private final AtomicLong used = new AtomicLong();
  private final Stuck client = new Stuck();
  private final Stuck server = new Stuck();
  private final RelayedSides sides = new RelayedSides();
  private final Relay relay =
      new Relay(client, server, new BufferMemory(used::get, 128L * MIB), sides);

  /** A channel whose other end takes nothing until {@link #take}. */
  private static final class Stuck extends EmbeddedChannel {
    private boolean taking;
    private boolean takingAtTheSecondTry;

    @Override
    protected void doWrite(ChannelOutboundBuffer in) throws Exception {
      if (taking) {
        super.doWrite(in);
      }
      taking |= takingAtTheSecondTry;
    }

    void take() {
      taking = true;
      flushOutbound();
      releaseOutbound();
    }
  }

  /** Which way the bytes go. */
  enum Way {
    TO_CLIENT,
    TO_SERVER
  }

  @AfterEach
  void close() {
    client.take();
    server.take();
    client.finishAndReleaseAll();
    server.finishAndReleaseAll();
  }

  private void pass(Way way) {
    ByteBuf chunk = Unpooled.wrappedBuffer(new byte[CHUNK]);
    if (way == Way.TO_CLIENT) {
      relay.toClient(chunk);
      relay.serverReadComplete();
    } else {
      relay.toServer(chunk);
      relay.clientReadComplete();
    }
  }

  private boolean reads(Way way) {
    return (way == Way.TO_CLIENT ? server : client).config().isAutoRead();
  }

  private Stuck sink(Way way) {
    return way == Way.TO_CLIENT ? client : server;
  }

  @ParameterizedTest
  @EnumSource
  void withPlentyOfMemoryTheWatermarkDecides(Way way) {
    for (int i = 0; i < 6; i++) {
      pass(way);
    }
    assertThat(reads(way)).as("60,000 bytes are less than 64 KiB").isTrue();
    pass(way);
    assertThat(reads(way)).isFalse();
  }

  @ParameterizedTest
  @EnumSource
  void whereItIsScarceTheShareDoes(Way way) {
    used.set(96L * MIB - 64 * 25_000);
    pass(way);
    pass(way);
    assertThat(reads(way)).as("20,000 bytes are less than the share of 25,000").isTrue();
    pass(way);
    assertThat(reads(way)).isFalse();

    sink(way).take();

    assertThat(reads(way)).as("all is sent").isTrue();
  }

  /** As where its peer has hung up: it was read unasked. */
  @ParameterizedTest
  @EnumSource
  void whoHasHungUpIsReadAtOnce(Way way) {
    for (int i = 0; i < 7; i++) {
      pass(way);
    }
    assertThat(reads(way)).isFalse();
    for (int i = 0; i < 7; i++) {
      pass(way);
      assertThat(reads(way)).isTrue();
    }
  }

  @ParameterizedTest
  @EnumSource
  void whoHasHungUpWaitsWhereMemoryIsScarce(Way way) {
    used.set(128L * MIB);
    pass(way);
    assertThat(reads(way)).isFalse();
    pass(way);
    assertThat(reads(way)).isFalse();

    used.set(0);
    pass(way);
    assertThat(reads(way)).isTrue();
    used.set(128L * MIB);
    pass(way);
    assertThat(reads(way)).as("it has become scarce meanwhile").isFalse();

    sink(way).take();
    assertThat(reads(way)).isTrue();
  }

  @ParameterizedTest
  @EnumSource
  void whoWaitsIsCountedUntilItGoesOnOrEnds(Way way) {
    LongAdder waiting = way == Way.TO_CLIENT ? sides.pausedServers() : sides.pausedClients();
    used.set(128L * MIB);
    pass(way);
    assertThat(waiting.sum()).isOne();
    assertThat(relay.drained()).isFalse();
    sink(way).take();
    assertThat(waiting.sum()).isZero();
    assertThat(relay.drained()).isTrue();
    sink(way).taking = false;
    pass(way);
    assertThat(waiting.sum()).isOne();
    relay.clientEnded(false);
    assertThat(sides.halfClosed().sum()).isOne();
    relay.end();
    assertThat(waiting.sum()).isZero();
    assertThat(sides.halfClosed().sum()).isZero();
  }

  /** As where the first flush has used up its turn of the loop, and not the room in the socket. */
  @ParameterizedTest
  @EnumSource
  void whoSendsAllWhileItIsAskedToTellIsNotWaitedFor(Way way) {
    used.set(128L * MIB);
    sink(way).takingAtTheSecondTry = true;
    pass(way);
    assertThat(sink(way).unsafe().outboundBuffer().totalPendingWriteBytes()).isZero();
    assertThat(reads(way)).as("nothing else would wake it").isTrue();
  }

  @ParameterizedTest
  @EnumSource
  void whoSendsAllAtOnceIsNeverStopped(Way way) {
    used.set(128L * MIB);
    sink(way).take();
    for (int i = 0; i < 100; i++) {
      pass(way);
      assertThat(reads(way)).isTrue();
      sink(way).releaseOutbound();
    }
  }
}
