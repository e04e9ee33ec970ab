package org.pgdeeplake.proxy.support;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/**
 * PostgreSQL's protocol by hand, for what no real client does. Speaks as user postgres to a server
 * that trusts it. Blocking, with a limit on every read; not thread-safe.
 */
public final class RawClient implements AutoCloseable {
  private static final Duration LIMIT = Duration.ofSeconds(30);
  public static final int PROTOCOL_3_0 = 3 << 16;
  public static final int PROTOCOL_3_2 = 3 << 16 | 2;

  private final Socket socket;

  /** That of TCP; the same without TLS. */
  private final TlsTransport transport;

  private final DataInputStream in;
  private final DataOutputStream out;

  private RawClient(Socket socket, TlsTransport transport) throws IOException {
    this.socket = socket;
    this.transport = transport;
    this.in =
        new DataInputStream(new java.io.BufferedInputStream(socket.getInputStream(), 1 << 16));
    this.out = new DataOutputStream(socket.getOutputStream());
  }

  /** A message of the server. */
  @SuppressWarnings("ArrayRecordComponent") // messages are never compared
  public record Message(char type, byte[] body) {
    /** The fields of an ErrorResponse by their type byte. */
    public Map<Character, String> fields() {
      Map<Character, String> fields = new LinkedHashMap<>();
      String[] parts = new String(body, StandardCharsets.UTF_8).split("\0", -1);
      for (String part : parts) {
        if (!part.isEmpty()) {
          fields.put(part.charAt(0), part.substring(1));
        }
      }
      return fields;
    }

    @Override
    public String toString() {
      return type + " " + new String(body, StandardCharsets.ISO_8859_1);
    }
  }

  public static RawClient open(InetSocketAddress address) {
    return open(address, 0);
  }

  /**
   * @param receiveBuffer bytes that the kernel takes for us; 0 is its default
   */
  public static RawClient open(InetSocketAddress address, int receiveBuffer) {
    try {
      TlsTransport socket = new TlsTransport();
      if (receiveBuffer > 0) {
        socket.setReceiveBufferSize(receiveBuffer);
      }
      socket.connect(address, (int) LIMIT.toMillis());
      socket.setTcpNoDelay(true);
      socket.setSoTimeout((int) LIMIT.toMillis());
      return new RawClient(socket, socket);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Opens a session and reads up to its first ReadyForQuery. */
  public static RawClient session(InetSocketAddress address) throws IOException {
    RawClient client = open(address);
    client.send(startup());
    client.readUntil('Z');
    return client;
  }

  /** Opens a session in TLS and reads up to its first ReadyForQuery. */
  public static RawClient tlsSession(InetSocketAddress address) throws IOException {
    RawClient client = open(address).startTls();
    client.send(startup());
    client.readUntil('Z');
    return client;
  }

  /** Asks for TLS, and goes on in it, whoever the other end is. */
  public RawClient startTls() throws IOException {
    send(sslRequest());
    int answer = readByte();
    if (answer != 'S') {
      throw new IOException("the answer to SSLRequest is " + answer);
    }
    return tls(TestTls.socket(socket));
  }

  /** Goes on in TLS that {@code made} upon this client's socket. */
  public RawClient tls(SSLSocket made) throws IOException {
    made.startHandshake();
    return new RawClient(made, transport);
  }

  /** Without TLS. */
  public Socket transport() {
    return transport;
  }

  public static byte[] startup(String... parameters) {
    return startup(PROTOCOL_3_0, parameters);
  }

  /** A StartupMessage of user postgres; {@code parameters} are names and values in turn. */
  public static byte[] startup(int version, String... parameters) {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    body.writeBytes(ByteBuffer.allocate(4).putInt(version).array());
    List<String> all = new ArrayList<>(List.of("user", "postgres", "database", "postgres"));
    all.addAll(List.of(parameters));
    for (String text : all) {
      body.writeBytes(text.getBytes(StandardCharsets.UTF_8));
      body.write(0);
    }
    body.write(0);
    return ByteBuffer.allocate(4 + body.size())
        .putInt(4 + body.size())
        .put(body.toByteArray())
        .array();
  }

  public static byte[] gssEncRequest() {
    return ByteBuffer.allocate(8).putInt(8).putInt(80_877_104).array();
  }

  public static byte[] sslRequest() {
    return ByteBuffer.allocate(8).putInt(8).putInt(80_877_103).array();
  }

  /**
   * @param key the body of BackendKeyData
   */
  public static byte[] cancelRequest(byte[] key) {
    return ByteBuffer.allocate(8 + key.length)
        .putInt(8 + key.length)
        .putInt(80_877_102)
        .put(key)
        .array();
  }

  public static byte[] query(String sql) {
    byte[] text = sql.getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(6 + text.length)
        .put((byte) 'Q')
        .putInt(5 + text.length)
        .put(text)
        .put((byte) 0)
        .array();
  }

  public static byte[] terminate() {
    return new byte[] {'X', 0, 0, 0, 4};
  }

  public void send(byte[]... packets) throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] packet : packets) {
      all.writeBytes(packet);
    }
    out.write(all.toByteArray());
    out.flush();
  }

  /** One byte, as the answer to a request for encryption; -1 at the end. */
  public int readByte() throws IOException {
    return in.read();
  }

  /** The next message; null at the end of the stream. */
  public @Nullable Message read() throws IOException {
    int type = in.read();
    if (type < 0) {
      return null;
    }
    byte[] body = new byte[in.readInt() - 4];
    in.readFully(body);
    return new Message((char) type, body);
  }

  /** All messages up to and including the first of that type. */
  public List<Message> readUntil(char type) throws IOException {
    List<Message> messages = new ArrayList<>();
    while (true) {
      Message message = read();
      if (message == null) {
        throw new IOException("closed before a message " + type + " came, after " + messages);
      }
      messages.add(message);
      if (message.type() == type) {
        return messages;
      }
    }
  }

  /** Runs a query of one value and returns it. */
  public String value(String sql) throws IOException {
    send(query(sql));
    List<Message> answer = readUntil('Z');
    Message row =
        answer.stream()
            .filter(m -> m.type() == 'D')
            .findFirst()
            .orElseThrow(() -> new IOException(answer.toString()));
    return new String(row.body(), 6, row.body().length - 6, StandardCharsets.UTF_8);
  }

  /** Everything up to the end of the stream, whether it is messages or parts of them. */
  public String readToEnd() throws IOException {
    return new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
  }

  /** Says so in TLS alone. */
  public void closeNotify() throws IOException {
    transport.closeNotify(socket);
  }

  /** Its own end of the connection. */
  public int localPort() {
    return socket.getLocalPort();
  }

  /** Says that nothing more will be sent; still reads. In TLS, a close_notify goes first. */
  public void shutdownOutput() throws IOException {
    socket.shutdownOutput();
  }

  /** Breaks the connection. */
  public void reset() throws IOException {
    transport.setSoLinger(true, 0);
    transport.close();
  }

  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
