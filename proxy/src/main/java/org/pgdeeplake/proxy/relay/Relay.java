package org.pgdeeplake.proxy.relay;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import org.pgdeeplake.proxy.net.BufferMemory;
import org.pgdeeplake.proxy.net.ChannelEnd;
import org.pgdeeplake.proxy.traffic.RelayedSides;

/**
 * Moves bytes between two channels of one event loop. What is read from one end is written to the
 * other, at the pace of the slower. Knows nothing of what the bytes mean.
 */
public final class Relay {
  private final Channel server;
  private final RelayedSides sides;
  private final Flow toServer;
  private final Flow toClient;
  private boolean clientEnded;

  /**
   * @param sides of all relays
   */
  public Relay(Channel client, Channel server, BufferMemory memory, RelayedSides sides) {
    this.server = server;
    this.sides = sides;
    this.toServer = new Flow(client, server, memory, sides.pausedClients());
    this.toClient = new Flow(server, client, memory, sides.pausedServers());
  }

  /** Takes the chunk over. */
  public void toServer(ByteBuf chunk) {
    toServer.pass(chunk);
  }

  /** Takes the chunk over. */
  public void toClient(ByteBuf chunk) {
    toClient.pass(chunk);
  }

  /** The client has nothing more for now. */
  public void clientReadComplete() {
    toServer.readComplete();
  }

  /** The server has nothing more for now. */
  public void serverReadComplete() {
    toClient.readComplete();
  }

  /** One end may have become able to take more. */
  public void resume() {
    toServer.resume();
    toClient.resume();
  }

  /** Whether bytes for the client wait here, so that cutting it off would lose them. */
  public boolean clientIsBehind() {
    return !toClient.drained();
  }

  /** Whether nothing waits here for either end. */
  public boolean drained() {
    return toServer.drained() && toClient.drained();
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
    sides.halfClosed().increment();
    toServer.end();
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

  /** It moves nothing any more; to be called once. */
  public void end() {
    toServer.end();
    toClient.end();
    if (clientEnded) {
      sides.halfClosed().decrement();
    }
  }
}
