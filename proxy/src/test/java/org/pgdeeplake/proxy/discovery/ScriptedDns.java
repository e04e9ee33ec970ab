package org.pgdeeplake.proxy.discovery;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.StringJoiner;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.pgdeeplake.proxy.config.HostPort;

/** A DNS server that answers each type of question as it is told, and can keep silent. */
final class ScriptedDns implements AutoCloseable {
  static final String A = "A";
  static final String AAAA = "AAAA";
  private static final int TYPE_A = 1;
  private static final int TYPE_AAAA = 28;

  /** What is answered. */
  sealed interface Reply {
    record Addresses(int ttl, List<String> addresses) implements Reply {}

    /** No address (0), SERVFAIL (2), NXDOMAIN (3), REFUSED (5). */
    record Code(int code) implements Reply {}

    record Nothing() implements Reply {}
  }

  private final DatagramSocket socket;
  private final Map<String, Reply> replies = new ConcurrentHashMap<>();
  private final List<String> asked = new CopyOnWriteArrayList<>();

  /** Names of which there are none of that type, without a dot at their end. */
  private final Set<String> unknown = ConcurrentHashMap.newKeySet();

  private final List<String> names = new CopyOnWriteArrayList<>();

  ScriptedDns() {
    try {
      socket = new DatagramSocket(0, InetAddress.getByAddress(new byte[] {127, 0, 0, 1}));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Thread.ofPlatform().daemon().start(this::serve);
  }

  HostPort address() {
    return new HostPort("127.0.0.1", socket.getLocalPort());
  }

  ScriptedDns answer(String type, Reply reply) {
    replies.put(type, reply);
    return this;
  }

  /** Both families. */
  ScriptedDns answer(Reply reply) {
    return answer(A, reply).answer(AAAA, reply);
  }

  /** A has these, AAAA none. */
  ScriptedDns ipv4(int ttl, String... addresses) {
    return answer(A, new Reply.Addresses(ttl, List.of(addresses))).answer(AAAA, new Reply.Code(0));
  }

  /** There is no such name, whatever is answered to others. */
  ScriptedDns unknown(String... names) {
    unknown.addAll(List.of(names));
    return this;
  }

  /** Whose A records were asked for. */
  List<String> names() {
    return names;
  }

  /** How many questions of that type have come. */
  int asked(String type) {
    return (int) asked.stream().filter(type::equals).count();
  }

  private void serve() {
    byte[] buffer = new byte[1024];
    while (!socket.isClosed()) {
      DatagramPacket packet = new DatagramPacket(buffer, buffer.length);
      try {
        socket.receive(packet);
        byte[] reply = reply(Arrays.copyOf(buffer, packet.getLength()));
        if (reply.length > 0) {
          socket.send(new DatagramPacket(reply, reply.length, packet.getSocketAddress()));
        }
      } catch (IOException _) {
        // The end of the test.
      }
    }
  }

  /** RFC 1035, 4.1: header, the question again, answers that point at its name. */
  private byte[] reply(byte[] query) throws IOException {
    int end = 12;
    StringJoiner labels = new StringJoiner(".");
    while (query[end] != 0) {
      labels.add(new String(query, end + 1, query[end], StandardCharsets.US_ASCII));
      end += query[end] + 1;
    }
    String name = labels.toString();
    end += 5;
    int code = ByteBuffer.wrap(query).getShort(end - 4);
    String type = code == TYPE_A ? A : code == TYPE_AAAA ? AAAA : "?";
    asked.add(type);
    if (code == TYPE_A) {
      names.add(name);
    }
    Reply reply =
        unknown.contains(name) ? new Reply.Code(3) : replies.getOrDefault(type, new Reply.Code(3));
    ByteBuffer out = ByteBuffer.allocate(1024);
    out.put(query, 0, 2);
    switch (reply) {
      case Reply.Nothing() -> {
        return new byte[0];
      }
      case Reply.Code(int rcode) -> {
        out.putShort((short) (0x8580 | rcode));
        out.putShort((short) 1).putShort((short) 0).putShort((short) 0).putShort((short) 0);
        out.put(query, 12, end - 12);
      }
      case Reply.Addresses(int ttl, List<String> addresses) -> {
        out.putShort((short) 0x8580);
        out.putShort((short) 1).putShort((short) addresses.size());
        out.putShort((short) 0).putShort((short) 0);
        out.put(query, 12, end - 12);
        for (String address : addresses) {
          byte[] bytes = InetAddress.ofLiteral(address).getAddress();
          out.putShort((short) 0xC00C).putShort((short) code).putShort((short) 1);
          out.putInt(ttl).putShort((short) bytes.length).put(bytes);
        }
      }
    }
    return Arrays.copyOf(out.array(), out.position());
  }

  @Override
  public void close() {
    socket.close();
  }
}
