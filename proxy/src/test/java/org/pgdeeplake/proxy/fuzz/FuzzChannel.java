package org.pgdeeplake.proxy.fuzz;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelPromise;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.socket.DuplexChannel;
import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A connection without a socket, of a client with an address of its own. Counts every buffer, reads
 * only while it is asked to, and has clocks that the test moves.
 */
public final class FuzzChannel extends EmbeddedChannel implements DuplexChannel {
  private static final AtomicInteger LAST_CLIENT = new AtomicInteger();

  /** More than any owner of a connection may keep, beyond what it was sent. */
  private static final long SPARE_BYTES = 1 << 20;

  private final UnpooledByteBufAllocator memory = new UnpooledByteBufAllocator(false, true);
  private final ByteArrayOutputStream said = new ByteArrayOutputStream();
  private final SocketAddress client = nextClient();
  private boolean outputShutdown;

  public FuzzChannel() {
    config().setAllocator(memory);
    freezeTime();
  }

  private static SocketAddress nextClient() {
    int number = LAST_CLIENT.incrementAndGet();
    byte[] address = {10, (byte) (number >> 16), (byte) (number >> 8), (byte) number};
    try {
      return new InetSocketAddress(InetAddress.getByAddress(address), 50_000);
    } catch (UnknownHostException e) {
      throw new AssertionError(e);
    }
  }

  /** To be called when the handlers are there. */
  public FuzzChannel begin() {
    pipeline().fireChannelActive();
    runPendingTasks();
    return this;
  }

  /** Sends the pieces, as long as the other side reads. */
  public FuzzChannel send(Pieces input) {
    for (byte[] piece : input.cut()) {
      if (!isOpen() || !config().isAutoRead()) {
        break;
      }
      send(piece);
      listen();
      long used = used();
      if (used > SPARE_BYTES + 4L * input.all().length) {
        throw new AssertionError(used + " bytes are kept of " + input.all().length);
      }
    }
    return this;
  }

  public void send(byte[] bytes) {
    ByteBuf chunk = alloc().buffer(Math.max(1, bytes.length)).writeBytes(bytes);
    var _ = writeInbound(chunk);
  }

  private void listen() {
    for (Object message = readOutbound(); message != null; message = readOutbound()) {
      ByteBuf chunk = (ByteBuf) message;
      said.writeBytes(ByteBufUtil.getBytes(chunk));
      chunk.release();
    }
  }

  /** All that this side has heard. */
  public byte[] heard() {
    listen();
    return said.toByteArray();
  }

  /** The client goes, and an hour passes: nobody may be left, nor any buffer. */
  public void end() {
    var _ = close();
    runPendingTasks();
    advanceTimeBy(1, TimeUnit.HOURS);
    runPendingTasks();
    listen();
    checkException();
    var _ = releaseInbound();
    if (used() != 0) {
      throw new AssertionError(used() + " bytes of buffers were never released");
    }
  }

  private long used() {
    return memory.metric().usedHeapMemory() + memory.metric().usedDirectMemory();
  }

  @Override
  protected SocketAddress remoteAddress0() {
    return client;
  }

  @Override
  public boolean isInputShutdown() {
    return !isOpen();
  }

  @Override
  public ChannelFuture shutdownInput() {
    return shutdownInput(newPromise());
  }

  @Override
  public ChannelFuture shutdownInput(ChannelPromise promise) {
    return promise.setSuccess();
  }

  @Override
  public boolean isOutputShutdown() {
    return outputShutdown || !isOpen();
  }

  @Override
  public ChannelFuture shutdownOutput() {
    return shutdownOutput(newPromise());
  }

  @Override
  public ChannelFuture shutdownOutput(ChannelPromise promise) {
    outputShutdown = true;
    return promise.setSuccess();
  }

  @Override
  public boolean isShutdown() {
    return isInputShutdown() && isOutputShutdown();
  }

  @Override
  public ChannelFuture shutdown() {
    return shutdown(newPromise());
  }

  @Override
  public ChannelFuture shutdown(ChannelPromise promise) {
    return shutdownOutput(promise);
  }
}
