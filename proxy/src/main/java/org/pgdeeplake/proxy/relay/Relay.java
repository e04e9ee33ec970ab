package org.pgdeeplake.proxy.relay;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOutboundBuffer;
import org.pgdeeplake.proxy.net.BufferMemory;
import org.pgdeeplake.proxy.net.ChannelEnd;
import org.pgdeeplake.proxy.net.HangUp;

/**
 * Moves bytes between two channels of one event loop. What is read from one end is written to the
 * other; an end that takes less than the other gives makes the other wait: at the channel's
 * watermark, and before it where memory is scarce. Knows nothing of what the bytes mean.
 */
public final class Relay {
  private final Channel client;
  private final Channel server;
  private final BufferMemory memory;
  private boolean clientPaused;
  private boolean serverPaused;
  private boolean clientEnded;
  private boolean serverHangsUp;

  public Relay(Channel client, Channel server, BufferMemory memory) {
    this.client = client;
    this.server = server;
    this.memory = memory;
  }

  /** Takes the chunk over. */
  public void toServer(ByteBuf chunk) {
    var _ = server.write(chunk, server.voidPromise());
  }

  /** Takes the chunk over. */
  public void toClient(ByteBuf chunk) {
    if (serverPaused && HangUp.explainsRead(server)) {
      serverHangsUp();
    }
    var _ = client.write(chunk, client.voidPromise());
  }

  /** The client has nothing more for now. */
  public void clientReadComplete() {
    server.flush();
    if (!clientPaused && hasEnough(server)) {
      clientPaused = true;
      client.config().setAutoRead(false);
      resumeOnceSent(server);
    }
  }

  /** The server has nothing more for now. */
  public void serverReadComplete() {
    client.flush();
    if (!serverPaused && !serverHangsUp && hasEnough(client)) {
      serverPaused = true;
      server.config().setAutoRead(false);
      resumeOnceSent(client);
    }
  }

  /** Whether so much waits to be sent there that no more is to be read for it before some is. */
  private boolean hasEnough(Channel end) {
    if (!end.isWritable()) {
      return true;
    }
    ChannelOutboundBuffer unsent = end.unsafe().outboundBuffer();
    long bytes = unsent == null ? 0 : unsent.totalPendingWriteBytes();
    return bytes > BufferMemory.FLOOR_BYTES && bytes > memory.share();
  }

  /**
   * To be called when the other end is paused already: a flush that had only used up its turn goes
   * on here, and may send all at once.
   */
  private void resumeOnceSent(Channel end) {
    if (end.isWritable()) {
      // For its own watermark: nothing else would tell when it has sent all this.
      var _ = end.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(sent -> resume());
    }
  }

  /** Whether bytes for the client wait here, so that cutting it off would lose them. */
  public boolean clientIsBehind() {
    return serverPaused
        || client.bytesBeforeUnwritable() < client.config().getWriteBufferHighWaterMark();
  }

  /** One end may have become able to take more. */
  public void resume() {
    if (clientPaused && server.isWritable() && !clientEnded) {
      clientPaused = false;
      client.config().setAutoRead(true);
    }
    if (serverPaused && client.isWritable()) {
      serverPaused = false;
      server.config().setAutoRead(true);
    }
  }

  /**
   * What comes without being asked for was read by the transport because the server has hung up.
   * The rest of it, no more than a socket's buffer, is read at once: the kernel would go on telling
   * of the end until it is.
   */
  private void serverHangsUp() {
    serverHangsUp = true;
    serverPaused = false;
    server.config().setAutoRead(true);
  }

  /**
   * The client has sent its last byte: the server hears so after everything before it.
   *
   * @param saidSo whether it has said so in the protocol: PostgreSQL reads nothing behind a
   *     Terminate, and if there was a close_notify, its kernel would answer the unread bytes with a
   *     reset, which throws away what the client has not got yet
   */
  public void clientEnded(boolean saidSo) {
    clientEnded = true;
    var _ =
        server
            .writeAndFlush(Unpooled.EMPTY_BUFFER)
            .addListener(flushed -> {
              if (saidSo) {
                ChannelEnd.finish(server);
              } else {
                ChannelEnd.shutdownOutput(server);
              }
            });
  }
}
