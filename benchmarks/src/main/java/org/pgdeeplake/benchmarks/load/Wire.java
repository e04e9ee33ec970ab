package org.pgdeeplake.benchmarks.load;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;

/** Bytes of PostgreSQL's protocol that both ends of the load need. */
final class Wire {
  static final byte QUERY = 'Q';
  static final byte TERMINATE = 'X';
  static final byte COPY_DATA = 'd';
  static final byte READY = 'Z';
  static final byte ERROR = 'E';
  static final byte ROW = 'D';
  static final byte COMPLETE = 'C';

  static final int SSL_REQUEST = 80877103;
  static final int GSSENC_REQUEST = 80877104;
  static final int CANCEL_REQUEST = 80877102;

  private static final int CHUNK = 128 * 1024;
  private static final ByteBuf ZEROS =
      Unpooled.unreleasableBuffer(Unpooled.directBuffer(CHUNK).writeZero(CHUNK)).asReadOnly();

  private Wire() {}

  static ByteBuf startup() {
    ByteBuf out = Unpooled.buffer();
    out.writeInt(0).writeInt(196608);
    for (String text : new String[] {"user", "postgres", "database", "postgres"}) {
      string(out, text);
    }
    out.writeByte(0);
    return out.setInt(0, out.readableBytes());
  }

  static ByteBuf sslRequest() {
    return Unpooled.buffer(8).writeInt(8).writeInt(SSL_REQUEST);
  }

  /** AuthenticationOk, some parameters, BackendKeyData, ReadyForQuery. */
  static ByteBuf greeting(int process, int secret) {
    ByteBuf out = Unpooled.buffer(128);
    out.writeByte('R').writeInt(8).writeInt(0);
    parameter(out, "server_version", "18.0");
    parameter(out, "client_encoding", "UTF8");
    parameter(out, "standard_conforming_strings", "on");
    out.writeByte('K').writeInt(12).writeInt(process).writeInt(secret);
    return out.writeBytes(ready());
  }

  private static void parameter(ByteBuf out, String name, String value) {
    out.writeByte('S').writeInt(4 + name.length() + 1 + value.length() + 1);
    string(out, name);
    string(out, value);
  }

  static ByteBuf ready() {
    return Unpooled.buffer(6).writeByte(READY).writeInt(5).writeByte('I');
  }

  static ByteBuf query(String text) {
    ByteBuf out = Unpooled.buffer();
    out.writeByte(QUERY).writeInt(4 + text.length() + 1);
    string(out, text);
    return out;
  }

  static ByteBuf terminate() {
    return Unpooled.buffer(5).writeByte(TERMINATE).writeInt(4);
  }

  /** The head of one CopyData message of that many bytes. */
  static ByteBuf copyData(int bytes) {
    return Unpooled.buffer(5).writeByte(COPY_DATA).writeInt(4 + bytes);
  }

  /** The next bytes of a long body, at most 128 KiB; shared, not to be written to. */
  static ByteBuf zeros(long left) {
    return ZEROS.slice(0, (int) Math.min(left, CHUNK));
  }

  static void string(ByteBuf out, String text) {
    out.writeCharSequence(text, StandardCharsets.US_ASCII);
    out.writeByte(0);
  }
}
