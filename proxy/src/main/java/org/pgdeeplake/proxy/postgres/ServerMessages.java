package org.pgdeeplake.proxy.postgres;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/** Writes what a server says (PostgreSQL manual, 54.7) to a buffer that somebody else owns. */
public final class ServerMessages {
  private static final int AUTHENTICATION_OK = 0;
  private static final int AUTHENTICATION_SASL = 10;
  private static final int AUTHENTICATION_SASL_CONTINUE = 11;
  private static final int AUTHENTICATION_SASL_FINAL = 12;

  private final ByteBuf out;
  private int lengthAt;

  public ServerMessages(ByteBuf out) {
    this.out = out;
  }

  public ServerMessages authenticationOk() {
    begin('R').writeInt(AUTHENTICATION_OK);
    return end();
  }

  /** Offers one mechanism. */
  public ServerMessages authenticationSasl(String mechanism) {
    begin('R').writeInt(AUTHENTICATION_SASL);
    string(mechanism);
    out.writeByte(0);
    return end();
  }

  public ServerMessages saslContinue(String data) {
    begin('R').writeInt(AUTHENTICATION_SASL_CONTINUE);
    ByteBufUtil.writeUtf8(out, data);
    return end();
  }

  public ServerMessages saslFinal(String data) {
    begin('R').writeInt(AUTHENTICATION_SASL_FINAL);
    ByteBufUtil.writeUtf8(out, data);
    return end();
  }

  /**
   * @param minor of protocol version 3, with which it goes on
   * @param unknown protocol options that are not understood
   */
  public ServerMessages negotiateProtocolVersion(int minor, List<String> unknown) {
    begin('v').writeInt(3 << 16 | minor).writeInt(unknown.size());
    unknown.forEach(this::string);
    return end();
  }

  public ServerMessages parameterStatus(String name, String value) {
    begin('S');
    string(name);
    string(value);
    return end();
  }

  public ServerMessages backendKeyData(int processId, byte[] secret) {
    begin('K').writeInt(processId).writeBytes(secret);
    return end();
  }

  /**
   * @param status I, T or E
   */
  public ServerMessages readyForQuery(char status) {
    begin('Z').writeByte(status);
    return end();
  }

  /**
   * @param binary whether the column of that index travels in binary
   */
  public ServerMessages rowDescription(List<Column> columns, IntPredicate binary) {
    begin('T').writeShort(columns.size());
    for (int i = 0; i < columns.size(); i++) {
      ColumnType type = columns.get(i).type();
      string(columns.get(i).name());
      out.writeInt(0).writeShort(0); // of no table
      out.writeInt(type.oid()).writeShort(type.bytes()).writeInt(-1);
      out.writeShort(binary.test(i) ? 1 : 0);
    }
    return end();
  }

  public ServerMessages dataRow(
      List<Column> columns, List<? extends @Nullable Object> row, IntPredicate binary) {
    begin('D').writeShort(columns.size());
    for (int i = 0; i < columns.size(); i++) {
      Object value = row.get(i);
      if (value == null) {
        out.writeInt(-1);
      } else {
        byte[] bytes = columns.get(i).type().encode(value, binary.test(i));
        out.writeInt(bytes.length).writeBytes(bytes);
      }
    }
    return end();
  }

  public ServerMessages commandComplete(String tag) {
    begin('C');
    string(tag);
    return end();
  }

  public ServerMessages parameterDescription(List<Integer> oids) {
    begin('t').writeShort(oids.size());
    oids.forEach(out::writeInt);
    return end();
  }

  public ServerMessages emptyQueryResponse() {
    return bare('I');
  }

  public ServerMessages parseComplete() {
    return bare('1');
  }

  public ServerMessages bindComplete() {
    return bare('2');
  }

  public ServerMessages closeComplete() {
    return bare('3');
  }

  public ServerMessages noData() {
    return bare('n');
  }

  public ServerMessages portalSuspended() {
    return bare('s');
  }

  /** Of severity ERROR: the session goes on. */
  public ServerMessages error(ErrorResponse error) {
    out.writeBytes(error.encode("ERROR"));
    return this;
  }

  public ServerMessages notice(String message) {
    begin('N');
    field('S', "NOTICE");
    field('V', "NOTICE");
    field('C', "00000");
    field('M', message);
    out.writeByte(0);
    return end();
  }

  private void field(char code, String text) {
    out.writeByte(code);
    string(text);
  }

  private ServerMessages bare(char type) {
    begin(type);
    return end();
  }

  private ByteBuf begin(char type) {
    out.writeByte(type);
    lengthAt = out.writerIndex();
    return out.writeInt(0);
  }

  private ServerMessages end() {
    out.setInt(lengthAt, out.writerIndex() - lengthAt);
    return this;
  }

  private void string(String text) {
    out.writeCharSequence(text.replace('\0', ' '), StandardCharsets.UTF_8);
    out.writeByte(0);
  }
}
