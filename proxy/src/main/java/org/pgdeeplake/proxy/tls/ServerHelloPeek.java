package org.pgdeeplake.proxy.tls;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;

/**
 * Looks at the ServerHello on its way out (RFC 8446 section 4.1.3): the one place where both
 * providers show whether a session is resumed. Then removes itself.
 */
final class ServerHelloPeek extends ChannelOutboundHandlerAdapter {
  private static final int HANDSHAKE = 22;
  private static final int SERVER_HELLO = 2;
  private static final int RECORD_HEADER = 5;
  private static final int MESSAGE_HEADER = 4;
  private static final int VERSION = 2;
  private static final int RANDOM = 32;
  private static final int CIPHER_AND_COMPRESSION = 3;
  private static final int PRE_SHARED_KEY = 41;
  private static final int SUPPORTED_VERSIONS = 43;

  /** A HelloRetryRequest is a ServerHello with this as its random; another one follows. */
  private static final String RETRY =
      "cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c";

  private final String offeredSession;
  private final Runnable answered;
  private final ByteBuf records = Unpooled.buffer();
  private final ByteBuf messages = Unpooled.buffer();
  private boolean resumed;

  /**
   * @param offeredSession the session's id in the ClientHello
   * @param answered is run when the ServerHello was seen, or what cannot be read
   */
  ServerHelloPeek(String offeredSession, Runnable answered) {
    this.offeredSession = offeredSession;
    this.answered = answered;
  }

  /** False before the ServerHello. */
  boolean resumed() {
    return resumed;
  }

  @Override
  public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
    boolean done = message instanceof ByteBuf out && done(out);
    var _ = ctx.write(message, promise);
    if (done) {
      answered.run();
      var _ = ctx.pipeline().remove(this);
    }
  }

  /** What cannot be read is passed on all the same: this only looks. */
  private boolean done(ByteBuf out) {
    try {
      return decided(out);
    } catch (IndexOutOfBoundsException _) {
      return true;
    }
  }

  private boolean decided(ByteBuf out) {
    records.writeBytes(out, out.readerIndex(), out.readableBytes());
    while (records.readableBytes() >= RECORD_HEADER) {
      int at = records.readerIndex();
      int length = records.getUnsignedShort(at + 3);
      if (records.readableBytes() < RECORD_HEADER + length) {
        return false;
      }
      if (records.getUnsignedByte(at) == HANDSHAKE) {
        messages.writeBytes(records, at + RECORD_HEADER, length);
      }
      records.skipBytes(RECORD_HEADER + length);
      while (messages.readableBytes() >= MESSAGE_HEADER) {
        int size = messages.getUnsignedMedium(messages.readerIndex() + 1);
        if (messages.readableBytes() < MESSAGE_HEADER + size) {
          break;
        }
        int type = messages.readUnsignedByte();
        ByteBuf body = messages.skipBytes(MESSAGE_HEADER - 1).readSlice(size);
        if (type == SERVER_HELLO && !retries(body)) {
          resumed = resumes(body);
          return true;
        }
      }
    }
    return false;
  }

  private static boolean retries(ByteBuf hello) {
    return ByteBufUtil.hexDump(hello, VERSION, RANDOM).equals(RETRY);
  }

  private boolean resumes(ByteBuf hello) {
    hello.skipBytes(VERSION + RANDOM);
    String session = ByteBufUtil.hexDump(hello.readSlice(hello.readUnsignedByte()));
    hello.skipBytes(CIPHER_AND_COMPRESSION);
    boolean sharedKey = false;
    boolean modern = false;
    if (hello.isReadable()) {
      ByteBuf extensions = hello.readSlice(hello.readUnsignedShort());
      while (extensions.isReadable()) {
        int type = extensions.readUnsignedShort();
        extensions.skipBytes(extensions.readUnsignedShort());
        sharedKey |= type == PRE_SHARED_KEY;
        modern |= type == SUPPORTED_VERSIONS;
      }
    }
    // Before TLS 1.3, who resumes repeats the session's id (RFC 5246 section 7.4.1.3).
    return modern ? sharedKey : !session.isEmpty() && session.equals(offeredSession);
  }
}
