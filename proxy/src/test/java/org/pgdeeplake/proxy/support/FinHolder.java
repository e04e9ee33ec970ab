package org.pgdeeplake.proxy.support;

import java.io.IOException;
import java.net.Socket;

/** A connection for TLS that can end by a close_notify alone; Java sends a FIN behind it. */
public final class FinHolder extends Socket {
  private boolean holding;

  /**
   * Says in TLS, but not in TCP, that nothing more will be sent.
   *
   * @param tls made upon this connection
   */
  public void closeNotify(Socket tls) throws IOException {
    holding = true;
    tls.shutdownOutput();
    holding = false;
  }

  @Override
  public void shutdownOutput() throws IOException {
    if (!holding) {
      super.shutdownOutput();
    }
  }
}
