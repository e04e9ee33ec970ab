package org.pgdeeplake.proxy.fuzz;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * A connection without a socket, of a client with an address of its own. Counts every buffer of its
 * allocator, reads only while it is asked to, and has clocks that the test moves.
 */
public final class FuzzChannel extends EmbeddedChannel implements DuplexChannel {
  private static final AtomicInteger LAST_CLIENT = new AtomicInteger();

  /** What the owner of a connection may keep, beyond what it was sent. */
  private static final long SPARE_BYTES = 32 * 1024;

  /** Half a day in all, so that one limit after the other is over, and what it leads to as well. */
  private static final List<Duration> SILENCE =
      List.of(
          Duration.ofSeconds(3),
          Duration.ofSeconds(30),
          Duration.ofMinutes(2),
          Duration.ofMinutes(10),
          Duration.ofHours(1),
          Duration.ofHours(12),
          Duration.ofMinutes(1),
          Duration.ofMinutes(1));

  private final UnpooledByteBufAllocator memory = new UnpooledByteBufAllocator(false, true);
  private final ByteArrayOutputStream said = new ByteArrayOutputStream();
  private final SocketAddress client = nextClient();
  private final boolean halfClosure;
  private long spare = SPARE_BYTES;
  private long sent;
  private boolean inputShutdown;
  private boolean outputShutdown;

  /** As accepted by default: the client's FIN closes it. */
  public FuzzChannel() {
    this(false);
  }

  /**
   * @param halfClosure Netty's ALLOW_HALF_CLOSURE: of the client's FIN its handlers are told
   */
  public FuzzChannel(boolean halfClosure) {
    this.halfClosure = halfClosure;
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

  /** Its owner has a reason to keep so many bytes, beyond what it was sent. */
  public FuzzChannel sparing(long bytes) {
    spare = bytes;
    return this;
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
      checkMemory();
    }
    return this;
  }

  public void send(byte[] bytes) {
    sent += bytes.length;
    ByteBuf chunk = alloc().buffer(Math.max(1, bytes.length)).writeBytes(bytes);
    var _ = writeInbound(chunk);
  }

  private void checkMemory() {
    if (used() > spare + 4 * sent) {
      throw new AssertionError(used() + " bytes are kept of " + sent);
    }
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

  /** The client goes so, and half a day passes. */
  public FuzzChannel leave(Ending ending) {
    switch (ending) {
      case CLOSE -> {
        var _ = close();
      }
      case FIN -> closeOutput();
      case SILENCE -> {}
      case RESET -> reset();
    }
    for (Duration time : SILENCE) {
      runPendingTasks();
      advanceTimeBy(time.toSeconds(), TimeUnit.SECONDS);
      runPendingTasks();
      listen();
      checkMemory();
    }
    return this;
  }

  /** In the order in which a socket tells it. */
  private void reset() {
    if (isOpen()) {
      tell(ctx -> ctx.fireExceptionCaught(new IOException("Connection reset by peer")));
    }
    closeOutput();
  }

  private void closeOutput() {
    if (halfClosure && isOpen()) {
      inputShutdown = true;
      tell(ctx -> ctx.fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE));
    } else {
      var _ = close();
    }
  }

  /**
   * As from within a read: otherwise an embedded channel that is closed has no handlers any more
   * when the one that has closed it goes on.
   */
  private void tell(Consumer<ChannelHandlerContext> what) {
    ChannelHandler teller =
        new ChannelInboundHandlerAdapter() {
          @Override
          public void channelRead(ChannelHandlerContext ctx, Object message) {
            ctx.pipeline().remove(this);
            what.accept(ctx);
          }
        };
    pipeline().addFirst(teller);
    var _ = writeInbound(Unpooled.EMPTY_BUFFER);
  }

  /** The client goes now, if it has not gone: nobody may be left, nor any buffer. */
  public void end() {
    var _ = leave(Ending.CLOSE);
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
    return inputShutdown || !isOpen();
  }

  @Override
  public ChannelFuture shutdownInput() {
    return shutdownInput(newPromise());
  }

  @Override
  public ChannelFuture shutdownInput(ChannelPromise promise) {
    inputShutdown = true;
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
