package org.pgdeeplake.proxy.postgres;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.proxy.postgres.StartupPacket.CancelRequest;
import org.pgdeeplake.proxy.postgres.StartupPacket.DirectTls;
import org.pgdeeplake.proxy.postgres.StartupPacket.GssEncRequest;
import org.pgdeeplake.proxy.postgres.StartupPacket.SslRequest;
import org.pgdeeplake.proxy.postgres.StartupPacket.StartupMessage;

/**
 * Reads one startup packet, with the limits and the wording of PostgreSQL's own {@code
 * ProcessStartupPacket} (src/backend/tcop/backend_startup.c). Stateless; never moves the reader
 * index, so that what must be replayed is still there.
 */
public final class StartupDecoder {
  /** {@code MAX_STARTUP_PACKET_LENGTH}: the packet without its length word. */
  public static final int MAX_PACKET_BYTES = 10_000;

  private static final int LENGTH_BYTES = 4;
  private static final int CODE_BYTES = 4;
  private static final int CANCEL_REQUEST_CODE = 80_877_102;
  private static final int SSL_REQUEST_CODE = SslReply.REQUEST_CODE;
  private static final int GSSENC_REQUEST_CODE = 80_877_104;

  // RFC 8446, 5.1 and 4.
  private static final int TLS_HANDSHAKE_RECORD = 0x16;
  private static final int TLS_HEADER_BYTES = 5;
  private static final int TLS_MAJOR_VERSION = 3;
  private static final int TLS_CLIENT_HELLO = 1;
  private static final int MAX_TLS_RECORD_BYTES = 1 << 14;

  private StartupDecoder() {}

  /** What the bytes so far amount to. */
  public sealed interface Result {
    record NeedMore() implements Result {}

    /**
     * @param length bytes of the packet, its length word included; 0 for direct TLS, which is not
     *     ours to read
     */
    record Decoded(StartupPacket packet, int length) implements Result {}

    /** Not a startup packet; the answer says why. */
    record Malformed(ErrorResponse answer) implements Result {}
  }

  private static final Result NEED_MORE = new Result.NeedMore();
  private static final Result NO_TERMINATOR =
      malformed("invalid startup packet layout: expected terminator as last byte");

  /**
   * @param first whether nothing came before on this connection: only then TLS may start at once
   */
  public static Result decode(ByteBuf in, boolean first) {
    int start = in.readerIndex();
    int readable = in.readableBytes();
    if (first && beginsTls(in)) {
      return clientHello(in, start, readable);
    }
    if (readable < LENGTH_BYTES) {
      return NEED_MORE;
    }
    int length = in.getInt(start);
    if (length < LENGTH_BYTES + CODE_BYTES || length - LENGTH_BYTES > MAX_PACKET_BYTES) {
      return malformed("invalid length of startup packet");
    }
    if (readable < length) {
      return NEED_MORE;
    }
    return decodeWhole(in.slice(start + LENGTH_BYTES, length - LENGTH_BYTES), length);
  }

  /** Whether the first byte is that of a TLS handshake. */
  public static boolean beginsTls(ByteBuf in) {
    return in.isReadable() && in.getUnsignedByte(in.readerIndex()) == TLS_HANDSHAKE_RECORD;
  }

  /**
   * Waits for the whole record: the first byte alone proves nothing, and a server would wait for
   * the rest.
   */
  private static Result clientHello(ByteBuf in, int start, int readable) {
    if (readable < TLS_HEADER_BYTES + 1) {
      return NEED_MORE;
    }
    int length = in.getUnsignedShort(start + 3);
    boolean hello =
        in.getUnsignedByte(start + 1) == TLS_MAJOR_VERSION
            && in.getUnsignedByte(start + TLS_HEADER_BYTES) == TLS_CLIENT_HELLO
            && length <= MAX_TLS_RECORD_BYTES;
    if (!hello) {
      return malformed("invalid TLS handshake");
    }
    return readable < TLS_HEADER_BYTES + length
        ? NEED_MORE
        : new Result.Decoded(new DirectTls(), 0);
  }

  private static Result decodeWhole(ByteBuf packet, int length) {
    int code = packet.readInt();
    boolean bare = packet.readableBytes() == 0;
    return switch (code) {
      case SSL_REQUEST_CODE ->
          bare
              ? new Result.Decoded(new SslRequest(), length)
              : malformed("invalid length of SSLRequest packet");
      case GSSENC_REQUEST_CODE ->
          bare
              ? new Result.Decoded(new GssEncRequest(), length)
              : malformed("invalid length of GSSENCRequest packet");
      case CANCEL_REQUEST_CODE -> cancelRequest(packet, length);
      default -> startupMessage(code, packet, length);
    };
  }

  private static Result cancelRequest(ByteBuf packet, int length) {
    int secretBytes = packet.readableBytes() - Integer.BYTES;
    if (secretBytes < CancelKey.MIN_SECRET_BYTES || secretBytes > CancelKey.MAX_SECRET_BYTES) {
      return malformed("invalid length of cancel request packet");
    }
    int processId = packet.readInt();
    byte[] secret = new byte[secretBytes];
    packet.readBytes(secret);
    return new Result.Decoded(new CancelRequest(new CancelKey(processId, secret)), length);
  }

  private static Result startupMessage(int version, ByteBuf packet, int length) {
    int major = version >>> 16;
    int minor = version & 0xffff;
    if (major != 3) {
      return new Result.Malformed(
          ErrorResponse.fatal(
              "0A000",
              "unsupported frontend protocol "
                  + major
                  + "."
                  + minor
                  + ": server supports 3.0 to 3.2"));
    }
    return parameters(minor, packet, length);
  }

  private static Result parameters(int minor, ByteBuf packet, int length) {
    String user = "";
    String database = "";
    String applicationName = "";
    String name = readCString(packet);
    while (name != null && !name.isEmpty()) {
      String value = readCString(packet);
      if (value == null) {
        return NO_TERMINATOR;
      }
      switch (name) {
        case "user" -> user = value;
        case "database" -> database = value;
        case "application_name" -> applicationName = value;
        default -> {}
      }
      name = readCString(packet);
    }
    if (name == null || packet.isReadable()) {
      return NO_TERMINATOR;
    }
    if (user.isEmpty()) {
      return new Result.Malformed(
          ErrorResponse.fatal("28000", "no PostgreSQL user name specified in startup packet"));
    }
    return new Result.Decoded(
        new StartupMessage(minor, user, database.isEmpty() ? user : database, applicationName),
        length);
  }

  /** Null where no terminator follows. */
  private static @Nullable String readCString(ByteBuf in) {
    int length = in.bytesBefore((byte) 0);
    if (length < 0) {
      return null;
    }
    String text = in.readCharSequence(length, StandardCharsets.UTF_8).toString();
    in.skipBytes(1);
    return text;
  }

  private static Result malformed(String message) {
    return new Result.Malformed(ErrorResponse.fatal(ErrorResponse.PROTOCOL_VIOLATION, message));
  }
}
