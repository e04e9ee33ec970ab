// A client that is asked for another ClientHello is in line again with it: the answer to that one
// is
// what costs.
package org.pgdeeplake.proxy.tls;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.ArrayDeque;
import java.util.Queue;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.pgdeeplake.proxy.net.ChannelEnd;

class RetriedHelloTest extends AcceptorStage {
  private static final int SUPPORTED_GROUPS = 10;
  private static final int SIGNATURES = 13;
  private static final int SUPPORTED_VERSIONS = 43;
  private static final int COOKIE = 44;
  private static final int KEY_SHARE = 51;
  private static final int X25519 = 29;
  private static final int RECORD_AND_MESSAGE = 5 + 4;

  /** A ServerHello of either kind, behind its headers: version, random, session, cipher suite. */
  private static final int BEFORE_EXTENSIONS = 2 + 32 + 1 + 32 + 2 + 1;

  private final Queue<Runnable> tasks = new ArrayDeque<>();
  private final HandshakeTurns one = new HandshakeTurns(tasks::add, 1);
  private EmbeddedChannel channel;
  private HandshakeTurns.Turn other;

  private static final class Anybody implements HandshakeTurns.Waiter {
    @Override
    public void due() {}

    @Override
    public void late() {}
  }

  /** A client with no key has its HelloRetryRequest, has answered it, and another has the turn. */
  @BeforeEach
  void retry() throws Exception {
    TlsAcceptor acceptor =
        TlsAcceptor.load(
            "f", TlsFiles.frontend(source("s", CA.issue())), TlsProvider.JDK, traffic, one);
    open.add(acceptor);
    channel = new EmbeddedChannel(acceptor.newHandler(false));
    open.add(channel::finishAndReleaseAll);
    receive(hello(Unpooled.EMPTY_BUFFER, Unpooled.EMPTY_BUFFER));
    compute();
    ByteBuf retry = sent();
    assertThat(one.waiting()).isZero();
    other = one.ask(HandshakeTurns.NEVER, new Anybody());
    ByteBuf share = Unpooled.buffer().writeShort(X25519).writeShort(32).writeByte(9).writeZero(31);
    receive(hello(share, cookie(retry)));
    retry.release();
    assertThat(one.waiting()).isEqualTo(1);
    assertThat(tasks).isEmpty();
  }

  @Test
  void itIsAnsweredInTurn() {
    other.end();
    compute();
    ByteBuf answer = sent();
    assertThat(answer.getByte(5)).as("a ServerHello").isEqualTo((byte) 2);
    answer.release();
    assertThat(one.waiting()).isZero();
    HandshakeTurns.Turn next = one.ask(HandshakeTurns.NEVER, new Anybody());
    assertThat(one.waiting()).as("the turn is free").isZero();
    next.end();
  }

  @Test
  void orNotAtAllWhereItsClientHasLeft() {
    ChannelEnd.closeNow(channel);
    channel.runPendingTasks();
    assertThat(one.waiting()).isZero();
    other.end();
    assertThat(tasks).isEmpty();
  }

  private void receive(ByteBuf hello) {
    channel.writeInbound(hello);
    channel.runPendingTasks();
  }

  private void compute() {
    assertThat(tasks).hasSize(1);
    tasks.remove().run();
    channel.runPendingTasks();
  }

  /** What was sent since the last time. */
  private ByteBuf sent() {
    ByteBuf all = Unpooled.buffer();
    for (ByteBuf next = channel.readOutbound(); next != null; next = channel.readOutbound()) {
      all.writeBytes(next);
      next.release();
    }
    return all;
  }

  private static ByteBuf cookie(ByteBuf retry) {
    ByteBuf at = retry.duplicate().skipBytes(RECORD_AND_MESSAGE + BEFORE_EXTENSIONS);
    ByteBuf extensions = at.readSlice(at.readUnsignedShort());
    while (extensions.isReadable()) {
      int type = extensions.readUnsignedShort();
      ByteBuf body = extensions.readSlice(extensions.readUnsignedShort());
      if (type == COOKIE) {
        return body.copy();
      }
    }
    return Unpooled.EMPTY_BUFFER;
  }

  /** A ClientHello of TLS 1.3 in its record (RFC 8446 section 4.1.2). */
  private static ByteBuf hello(ByteBuf share, ByteBuf cookie) {
    ByteBuf extensions = Unpooled.buffer();
    extension(extensions, SUPPORTED_VERSIONS, Unpooled.buffer().writeByte(2).writeShort(0x304));
    extension(extensions, SUPPORTED_GROUPS, Unpooled.buffer().writeShort(2).writeShort(X25519));
    ByteBuf signatures = Unpooled.buffer().writeShort(8);
    for (int each : new int[] {0x403, 0x503, 0x804, 0x401}) {
      signatures.writeShort(each);
    }
    extension(extensions, SIGNATURES, signatures);
    extension(
        extensions,
        KEY_SHARE,
        Unpooled.buffer().writeShort(share.readableBytes()).writeBytes(share));
    if (cookie.isReadable()) {
      extension(extensions, COOKIE, cookie);
    }
    ByteBuf body = Unpooled.buffer().writeShort(0x303).writeZero(32).writeByte(32).writeZero(32);
    body.writeShort(2).writeShort(0x1301).writeByte(1).writeByte(0);
    body.writeShort(extensions.readableBytes()).writeBytes(extensions);
    int length = body.readableBytes();
    return Unpooled.buffer()
        .writeByte(22)
        .writeShort(0x301)
        .writeShort(4 + length)
        .writeByte(1)
        .writeMedium(length)
        .writeBytes(body);
  }

  private static void extension(ByteBuf all, int type, ByteBuf body) {
    all.writeShort(type).writeShort(body.readableBytes()).writeBytes(body);
  }
}
