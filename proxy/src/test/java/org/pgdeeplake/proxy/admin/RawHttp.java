package org.pgdeeplake.proxy.admin;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A socket that speaks as much HTTP as it is told. Reads give up after ten seconds. */
final class RawHttp implements AutoCloseable {
  private final Socket socket = new Socket();
  private final InputStream in;

  RawHttp(InetSocketAddress address) throws IOException {
    socket.connect(address);
    socket.setSoTimeout(10_000);
    in = new BufferedInputStream(socket.getInputStream());
  }

  RawHttp send(String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(UTF_8));
    return this;
  }

  RawHttp get(String path) throws IOException {
    return send("GET " + path + " HTTP/1.1\r\nHost: test\r\n\r\n");
  }

  /** The status line and the headers, in small letters. */
  List<String> head() throws IOException {
    List<String> lines = new ArrayList<>();
    for (String line = line(); !line.isEmpty(); line = line()) {
      lines.add(line.toLowerCase(Locale.ROOT));
    }
    return lines;
  }

  /** One chunk; empty for the last one. */
  String chunk() throws IOException {
    int size = Integer.parseInt(line(), 16);
    String data = new String(in.readNBytes(size), UTF_8);
    line();
    return data;
  }

  String body(int bytes) throws IOException {
    return new String(in.readNBytes(bytes), UTF_8);
  }

  /** All until the other side closes. */
  String rest() throws IOException {
    return new String(in.readAllBytes(), UTF_8);
  }

  /** Without its end. */
  String line() throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (int b = in.read(); b != '\n'; b = in.read()) {
      if (b < 0) {
        throw new EOFException("closed after: " + line.toString(UTF_8));
      }
      line.write(b);
    }
    return line.toString(UTF_8).strip();
  }

  /** Sends no more. */
  void shutdown() throws IOException {
    socket.shutdownOutput();
  }

  /** Ends as a process does that is killed. */
  void reset() throws IOException {
    socket.setSoLinger(true, 0);
    socket.close();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
