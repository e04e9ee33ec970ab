package org.pgdeeplake.manager.postgres;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** Asks a server with a real StartupMessage whether it takes sessions. */
public final class StartupProbe {
  private static final int PROTOCOL_3_0 = 3 << 16;
  private static final int TIMEOUT_MILLIS = 2_000;

  /** cannot_connect_now: starting up, shutting down or recovering. */
  private static final String CANNOT_CONNECT_NOW = "57P03";

  private StartupProbe() {}

  /** Blocks up to a few seconds. */
  public static boolean accepts(String host, int port) {
    try (Socket socket = new Socket()) {
      socket.setSoTimeout(TIMEOUT_MILLIS);
      socket.connect(new InetSocketAddress(host, port), TIMEOUT_MILLIS);
      DataOutputStream out = new DataOutputStream(socket.getOutputStream());
      byte[] startup = startupMessage();
      out.writeInt(Integer.BYTES + startup.length);
      out.write(startup);
      DataInputStream in = new DataInputStream(socket.getInputStream());
      char type = (char) in.readByte();
      boolean accepts =
          type == 'R'
              || (type == 'E'
                  && !new String(
                          in.readNBytes(in.readInt() - Integer.BYTES), StandardCharsets.UTF_8)
                      .contains("\0C" + CANNOT_CONNECT_NOW + "\0"));
      out.write(new byte[] {'X', 0, 0, 0, Integer.BYTES});
      return accepts;
    } catch (IOException _) {
      return false;
    }
  }

  private static byte[] startupMessage() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    out.writeInt(PROTOCOL_3_0);
    out.write(
        "user\0postgres\0database\0postgres\0application_name\0pg-manager\0\0"
            .getBytes(StandardCharsets.US_ASCII));
    return bytes.toByteArray();
  }
}
