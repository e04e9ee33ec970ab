package org.pgdeeplake.proxy.console;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.util.List;
import org.pgdeeplake.proxy.postgres.ErrorResponse;
import org.pgdeeplake.proxy.postgres.StartupDecoder;
import org.pgdeeplake.proxy.postgres.StartupPacket.CancelRequest;
import org.pgdeeplake.proxy.postgres.StartupPacket.StartupMessage;

/** Bytes to {@link Inbound}: startup packets up to the StartupMessage, then messages. */
final class InboundDecoder extends ByteToMessageDecoder {
  private static final int HEADER_BYTES = 1 + Integer.BYTES;

  private enum Phase {
    STARTUP,
    MESSAGES,
    OVER
  }

  private Phase phase = Phase.STARTUP;

  @Override
  protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
    switch (phase) {
      case STARTUP -> startup(in, out);
      case MESSAGES -> message(in, out);
      case OVER -> in.skipBytes(in.readableBytes());
    }
  }

  private void startup(ByteBuf in, List<Object> out) {
    switch (StartupDecoder.decode(in, false)) {
      case StartupDecoder.Result.NeedMore() -> {}
      case StartupDecoder.Result.Malformed(ErrorResponse answer) -> garbage(in, answer, out);
      case StartupDecoder.Result.Decoded decoded -> {
        phase =
            switch (decoded.packet()) {
              case StartupMessage _ -> Phase.MESSAGES;
              case CancelRequest _ -> Phase.OVER;
              default -> Phase.STARTUP;
            };
        out.add(new Inbound.Startup(decoded.packet(), onHeap(in, decoded.length())));
      }
    }
  }

  private void message(ByteBuf in, List<Object> out) {
    if (in.readableBytes() < HEADER_BYTES) {
      return;
    }
    int length = in.getInt(in.readerIndex() + 1);
    if (length < Integer.BYTES || length > Limits.MESSAGE_BYTES) {
      garbage(
          in, ErrorResponse.fatal(ErrorResponse.PROTOCOL_VIOLATION, "invalid message length"), out);
      return;
    }
    if (in.readableBytes() < 1 + length) {
      return;
    }
    char type = (char) in.readUnsignedByte();
    in.skipBytes(Integer.BYTES);
    out.add(new Inbound.Message(type, onHeap(in, length - Integer.BYTES)));
  }

  private void garbage(ByteBuf in, ErrorResponse answer, List<Object> out) {
    phase = Phase.OVER;
    in.skipBytes(in.readableBytes());
    out.add(new Inbound.Garbage(answer));
  }

  private static ByteBuf onHeap(ByteBuf in, int length) {
    byte[] bytes = ByteBufUtil.getBytes(in, in.readerIndex(), length);
    in.skipBytes(length);
    return Unpooled.wrappedBuffer(bytes);
  }
}
