package org.pgdeeplake.proxy.console;

import static org.pgdeeplake.proxy.console.TestConsole.utf8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.stream.Collectors;
import org.pgdeeplake.proxy.support.ConsoleLogin;
import org.pgdeeplake.proxy.support.RawClient;

/** The messages of PostgreSQL's extended query protocol, and what becomes of them. */
final class ExtendedMessages {
  private ExtendedMessages() {}

  static byte[] parse(String name, String sql) {
    return ConsoleLogin.packet('P', utf8(name + "\0" + sql + "\0\0\0"));
  }

  static byte[] bind(String portal, String statement) {
    return ConsoleLogin.packet('B', utf8(portal + "\0" + statement + "\0\0\0\0\0\0\0"));
  }

  static byte[] bind(String portal, String statement, int format, byte[] value) {
    byte[] names = utf8(portal + "\0" + statement + "\0");
    return ConsoleLogin.packet(
        'B',
        ByteBuffer.allocate(names.length + 12 + value.length)
            .put(names)
            .putShort((short) 1)
            .putShort((short) format)
            .putShort((short) 1)
            .putInt(value.length)
            .put(value)
            .putShort((short) 0)
            .array());
  }

  static byte[] bindResults(String statement, int... formats) {
    byte[] names = utf8("\0" + statement + "\0");
    ByteBuffer body =
        ByteBuffer.allocate(names.length + 6 + 2 * formats.length)
            .put(names)
            .putInt(0)
            .putShort((short) formats.length);
    for (int format : formats) {
      body.putShort((short) format);
    }
    return ConsoleLogin.packet('B', body.array());
  }

  static byte[] describe(char kind, String name) {
    return ConsoleLogin.packet('D', utf8(kind + name + "\0"));
  }

  static byte[] execute(String portal, int rows) {
    byte[] name = utf8(portal + "\0");
    return ConsoleLogin.packet(
        'E', ByteBuffer.allocate(name.length + 4).put(name).putInt(rows).array());
  }

  static byte[] bare(char type) {
    return ConsoleLogin.packet(type, new byte[0]);
  }

  /** Of what these messages come to; empty where nothing is wrong. */
  static String sqlState(RawClient client, byte[]... messages) throws IOException {
    client.send(messages);
    client.send(bare('S'));
    return client.readUntil('Z').stream()
        .filter(message -> message.type() == 'E')
        .map(message -> String.valueOf(message.fields().get('C')))
        .collect(Collectors.joining());
  }

  static char status(RawClient client) throws IOException {
    return (char) client.readUntil('Z').getLast().body()[0];
  }
}
