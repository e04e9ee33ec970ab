package org.pgdeeplake.benchmarks.postgres;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import org.pgdeeplake.benchmarks.BenchFailed;

/** The smallest client that gets a row: no program has to start first. */
public final class FirstRow {
  private static final int LIMIT_MILLIS = 100_000;
  private static final int PROTOCOL = 196608;

  private FirstRow() {}

  /**
   * Connects and logs in.
   *
   * @return when it was let in, in nanoseconds of {@link System#nanoTime}
   */
  public static long session(int port) throws BenchFailed {
    return until('Z', port);
  }

  /**
   * Connects, logs in and asks for one row.
   *
   * @return when it was there, in nanoseconds of {@link System#nanoTime}
   */
  public static long await(int port) throws BenchFailed {
    return until('D', port);
  }

  private static long until(char wanted, int port) throws BenchFailed {
    try (Socket socket = new Socket()) {
      socket.setTcpNoDelay(true);
      socket.setSoTimeout(LIMIT_MILLIS);
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), LIMIT_MILLIS);
      DataInputStream in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
      DataOutputStream out = new DataOutputStream(socket.getOutputStream());
      out.write(startup());
      await(in, 'Z');
      if (wanted == 'D') {
        out.write(query());
        await(in, 'D');
      }
      long at = System.nanoTime();
      out.write(new byte[] {'X', 0, 0, 0, 4});
      return at;
    } catch (IOException e) {
      throw new BenchFailed("no session on port " + port + ": " + e.getMessage(), e);
    }
  }

  private static void await(DataInputStream in, char wanted) throws IOException {
    while (true) {
      int type = in.readUnsignedByte();
      byte[] body = in.readNBytes(in.readInt() - 4);
      if (type == 'E') {
        throw new IOException(new String(body, StandardCharsets.UTF_8).replace('\0', ' '));
      }
      if (type == wanted) {
        return;
      }
    }
  }

  private static byte[] startup() throws IOException {
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    text.write("user\0postgres\0database\0postgres\0\0".getBytes(StandardCharsets.US_ASCII));
    return packet(text.toByteArray(), PROTOCOL);
  }

  private static byte[] packet(byte[] body, int code) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    out.writeInt(8 + body.length);
    out.writeInt(code);
    out.write(body);
    return bytes.toByteArray();
  }

  private static byte[] query() throws IOException {
    byte[] text = "select 1\0".getBytes(StandardCharsets.US_ASCII);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    out.writeByte('Q');
    out.writeInt(4 + text.length);
    out.write(text);
    return bytes.toByteArray();
  }
}
