package org.pgdeeplake.proxy.session;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.haproxy.HAProxyMessage;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import org.pgdeeplake.proxy.backend.Lease;

/**
 * A phase of a session's life: its behaviour and what it holds. All methods run on the session's
 * event loop. A state that holds something gives it back, or hands it on, in {@link #exit}.
 */
abstract class SessionState {
  final Session session;

  SessionState(Session session) {
    this.session = session;
  }

  /** As in logs. */
  final String name() {
    return getClass().getSimpleName();
  }

  abstract void enter();

  void exit(SessionState next) {}

  /** Takes the chunk over. */
  abstract void onClientBytes(ByteBuf chunk);

  void onClientReadComplete() {}

  /**
   * The client will send nothing more.
   *
   * @param reset whether it broke the connection
   */
  abstract void onClientEnd(boolean reset);

  /** Takes the header over. Comes first of all, and only where one is waited for. */
  void onProxyHeader(HAProxyMessage header) {
    header.release();
    throw new IllegalStateException("no PROXY protocol header is due");
  }

  /** TLS with the client has come about, or not. */
  void onHandshake(SslHandshakeCompletionEvent event) {}

  /** What the client sent means nothing to the decoder in its pipeline. */
  void onUndecodable(Throwable cause) {}

  /** Takes the chunk over. Only states with a server link hear this. */
  void onServerBytes(ByteBuf chunk) {
    chunk.release();
  }

  void onServerReadComplete() {}

  /**
   * The server will send nothing more.
   *
   * @param reset whether it broke the connection
   */
  void onServerEnd(boolean reset) {}

  /** A slot that was asked for. Only a state that waits for one keeps it. */
  void onAssigned(Lease lease) {
    lease.close();
  }

  /** One of the two ends can take more bytes, or no more for now. */
  void onWritabilityChanged() {}

  /** The session is to end, and not for a reason of its own; {@code reason} says why. */
  abstract void onStop(CloseReason reason);
}
