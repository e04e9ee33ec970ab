package org.pgdeeplake.proxy.session;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.haproxy.HAProxyProtocolException;
import java.util.HexFormat;

/**
 * Refuses at its first wrong byte what cannot be a PROXY protocol header; Netty's decoder would
 * wait for the end of a line.
 */
final class ProxyHeaderSignature extends ChannelInboundHandlerAdapter {
  /** What came first is something else. The channel stays open: the client can be told so. */
  static final class Missing extends HAProxyProtocolException {
    private static final long serialVersionUID = 1L;

    Missing() {
      super("not the beginning of a header");
    }
  }

  private static final byte[] V1 = "PROXY ".getBytes(US_ASCII);
  private static final byte[] V2 = HexFormat.of().parseHex("0d0a0d0a000d0a515549540a");

  private byte[] expected = V1;
  private int seen;
  private boolean wrong;

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    ByteBuf chunk = (ByteBuf) message;
    if (!wrong) {
      wrong = !matches(chunk);
      if (wrong) {
        chunk.release();
        throw new Missing();
      }
      ctx.fireChannelRead(chunk);
      if (seen == expected.length) {
        ctx.pipeline().remove(this);
      }
    } else {
      chunk.release();
    }
  }

  private boolean matches(ByteBuf chunk) {
    for (int i = chunk.readerIndex(); i < chunk.writerIndex() && seen < expected.length; i++) {
      if (seen == 0 && chunk.getByte(i) == V2[0]) {
        expected = V2;
      }
      if (chunk.getByte(i) != expected[seen]) {
        return false;
      }
      seen++;
    }
    return true;
  }
}
