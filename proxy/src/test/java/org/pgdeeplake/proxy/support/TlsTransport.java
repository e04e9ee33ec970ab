package org.pgdeeplake.proxy.support;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;

/** A connection for TLS, with a say in what goes to TCP, and when. */
public final class TlsTransport extends Socket {
  private boolean holdsFin;
  private boolean corked;
  private final ByteArrayOutputStream held = new ByteArrayOutputStream();

  /**
   * Says in TLS, but not in TCP, that nothing more will be sent; Java sends a FIN behind it.
   *
   * @param tls made upon this connection
   */
  public void closeNotify(Socket tls) throws IOException {
    holdsFin = true;
    tls.shutdownOutput();
    holdsFin = false;
  }

  /** From now on, what is written is held back. */
  public void cork() {
    corked = true;
  }

  /** Everything that is held back goes out at once. */
  public void uncork() throws IOException {
    corked = false;
    super.getOutputStream().write(held.toByteArray());
    held.reset();
  }

  @Override
  public void shutdownOutput() throws IOException {
    if (!holdsFin) {
      super.shutdownOutput();
    }
  }

  @Override
  public OutputStream getOutputStream() throws IOException {
    OutputStream out = super.getOutputStream();
    return new OutputStream() {
      @Override
      public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
      }

      @Override
      public void write(byte[] bytes, int from, int length) throws IOException {
        (corked ? held : out).write(bytes, from, length);
      }
    };
  }
}
