package org.pgdeeplake.proxy.relay;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.socket.DuplexChannel;
import org.pgdeeplake.proxy.net.ChannelEnd;
import org.pgdeeplake.proxy.net.HangUp;

/**
 * Moves bytes between two channels of one event loop. What is read from one end is written to the
 * other; an end that takes less than the other gives makes the other wait. Knows nothing of what
 * the bytes mean.
 */
public final class Relay {
  private final Channel client;
  private final Channel server;
  private boolean clientPaused;
  private boolean serverPaused;
  private boolean clientEnded;
  private boolean serverHangsUp;

  public Relay(Channel client, Channel server) {
    this.client = client;
    this.server = server;
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
    if (!server.isWritable() && !clientPaused) {
      clientPaused = true;
      client.config().setAutoRead(false);
    }
  }

  /** The server has nothing more for now. */
  public void serverReadComplete() {
    client.flush();
    if (!client.isWritable() && !serverPaused && !serverHangsUp) {
      serverPaused = true;
      server.config().setAutoRead(false);
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
                var _ = ((DuplexChannel) server).shutdownOutput();
              } else {
                ChannelEnd.shutdownOutput(server);
              }
            });
  }
}
