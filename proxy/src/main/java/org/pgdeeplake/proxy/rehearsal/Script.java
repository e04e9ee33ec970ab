package org.pgdeeplake.proxy.rehearsal;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.nio.charset.StandardCharsets;

/** What is said in a rehearsed session (PostgreSQL's manual, 54.7). Immutable; any thread. */
final class Script {
  static final ByteBuf SSL_REQUEST = fixed(buffer().writeInt(8).writeInt(80_877_103));
  static final ByteBuf NO_TLS = fixed(buffer().writeByte('N'));
  static final ByteBuf STARTUP = fixed(startup());
  static final ByteBuf WELCOME = fixed(welcome());
  static final ByteBuf TERMINATE = fixed(buffer().writeByte('X').writeInt(4));

  /** A short query and its row, as in pgbench -S. */
  static final ByteBuf QUERY = fixed(query("SELECT abalance FROM pgbench_accounts WHERE aid = 1;"));

  static final ByteBuf ROW = fixed(rows(1, 12));

  /** Another one, and as much as makes the relay's buffers grow. */
  static final ByteBuf MUCH_QUERY = fixed(query("SELECT much;"));

  static final ByteBuf MUCH = fixed(rows(64, 8 * 1024));

  private Script() {}

  private static ByteBuf buffer() {
    return UnpooledByteBufAllocator.DEFAULT.heapBuffer();
  }

  private static ByteBuf fixed(ByteBuf bytes) {
    byte[] copy = new byte[bytes.readableBytes()];
    bytes.readBytes(copy);
    bytes.release();
    return Unpooled.unreleasableBuffer(Unpooled.directBuffer(copy.length).writeBytes(copy))
        .asReadOnly();
  }

  private static ByteBuf startup() {
    ByteBuf body = buffer();
    body.writeInt(3 << 16);
    text(body, "user");
    text(body, "rehearsal");
    text(body, "database");
    text(body, "rehearsal");
    body.writeByte(0);
    ByteBuf packet = buffer().writeInt(4 + body.readableBytes()).writeBytes(body);
    body.release();
    return packet;
  }

  private static ByteBuf welcome() {
    ByteBuf all = buffer();
    all.writeByte('R').writeInt(8).writeInt(0);
    for (String parameter :
        new String[] {"server_version", "client_encoding", "DateStyle", "TimeZone"}) {
      ByteBuf body = buffer();
      text(body, parameter);
      text(body, "UTF8");
      message(all, 'S', body);
    }
    all.writeByte('K').writeInt(12).writeInt(1).writeInt(2);
    return ready(all);
  }

  private static ByteBuf query(String sql) {
    ByteBuf body = buffer();
    text(body, sql);
    return message(buffer(), 'Q', body);
  }

  private static ByteBuf rows(int count, int bytes) {
    ByteBuf all = buffer();
    for (int i = 0; i < count; i++) {
      ByteBuf body = buffer().writeShort(1).writeInt(bytes).writeZero(bytes);
      message(all, 'D', body);
    }
    ByteBuf done = buffer();
    text(done, "SELECT " + count);
    return ready(message(all, 'C', done));
  }

  private static ByteBuf ready(ByteBuf all) {
    return all.writeByte('Z').writeInt(5).writeByte('I');
  }

  private static ByteBuf message(ByteBuf all, char type, ByteBuf body) {
    all.writeByte(type).writeInt(4 + body.readableBytes()).writeBytes(body);
    body.release();
    return all;
  }

  private static void text(ByteBuf to, String text) {
    to.writeCharSequence(text, StandardCharsets.US_ASCII);
    to.writeByte(0);
  }
}
