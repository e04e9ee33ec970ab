package org.pgdeeplake.proxy.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.pgdeeplake.proxy.postgres.ReadyForQueryTail.Status;

/** What a server says is understood the same in whatever pieces it arrives. */
class ServerPeekTest {
  private static final byte[] AUTH_OK = {'R', 0, 0, 0, 8, 0, 0, 0, 0};
  private static final byte[] READY_IDLE = {'Z', 0, 0, 0, 5, 'I'};

  @Property(tries = 300)
  void theCancelKeyIsFoundInAnySplit(
      @ForAll @Size(min = 4, max = 256) byte[] secret,
      @ForAll @Size(min = 1, max = 10) List<@IntRange(min = 1, max = 30) Integer> cuts) {
    byte[] stream = concat(AUTH_OK, parameterStatus(), keyData(99, secret), READY_IDLE);
    BackendKeyScanner scanner = new BackendKeyScanner();
    List<CancelKey> found = new ArrayList<>();
    for (ByteBuf piece : pieces(stream, cuts)) {
      @Nullable CancelKey key = scanner.scan(piece);
      if (key != null) {
        found.add(key);
      }
    }
    assertThat(found).containsExactly(new CancelKey(99, secret));
    assertThat(scanner.finished()).isTrue();
  }

  @Property(tries = 300)
  void theEndOfATurnIsSeenInAnySplit(
      @ForAll @Size(max = 40) byte[] before,
      @ForAll @Size(min = 1, max = 10) List<@IntRange(min = 1, max = 9) Integer> cuts) {
    ReadyForQueryTail tail = new ReadyForQueryTail();
    Status last = Status.NOT_READY;
    for (ByteBuf piece : pieces(concat(before, new byte[] {'Z', 0, 0, 0, 5, 'T'}), cuts)) {
      last = tail.next(piece);
    }
    assertThat(last).isEqualTo(Status.IN_TRANSACTION);
    assertThat(tail.next(Unpooled.wrappedBuffer(new byte[] {'A'}))).isEqualTo(Status.NOT_READY);
  }

  @Property(tries = 300)
  void notificationsLeaveAnIdleSessionIdleInAnySplit(
      @ForAll @Size(max = 60) byte[] payload,
      @ForAll @Size(min = 1, max = 10) List<@IntRange(min = 1, max = 9) Integer> cuts) {
    byte[] notification =
        ByteBuffer.allocate(5 + payload.length)
            .put((byte) 'A')
            .putInt(4 + payload.length)
            .put(payload)
            .array();
    AsynchronousMessages messages = new AsynchronousMessages();
    for (ByteBuf piece : pieces(concat(notification, parameterStatus()), cuts)) {
      assertThat(messages.next(piece)).isTrue();
    }
    assertThat(messages.atBoundary()).isTrue();
    assertThat(messages.next(Unpooled.wrappedBuffer(new byte[] {'D'}))).isFalse();
  }

  @Test
  void aSecondKeyBehindTheFirstReadyForQueryIsData() {
    BackendKeyScanner scanner = new BackendKeyScanner();
    assertThat(scanner.scan(Unpooled.wrappedBuffer(concat(AUTH_OK, READY_IDLE)))).isNull();
    assertThat(scanner.scan(Unpooled.wrappedBuffer(keyData(1, new byte[4])))).isNull();
  }

  @Test
  void refusalsThatMeanTheWholeServerAreToldFromTheClientsOwn() {
    assertThat(reply(error("57P03"))).isEqualTo(new StartupReply.Refused("57P03", "text"));
    assertThat(reply(error("53300"))).isEqualTo(new StartupReply.Refused("53300", "text"));
    assertThat(reply(error("57P01"))).isInstanceOf(StartupReply.Refused.class);
    assertThat(reply(error("57P02"))).isInstanceOf(StartupReply.Refused.class);
    assertThat(reply(error("28P01"))).isInstanceOf(StartupReply.Accepted.class);
    assertThat(reply(AUTH_OK)).isInstanceOf(StartupReply.Accepted.class);
    assertThat(reply(Arrays.copyOf(AUTH_OK, AUTH_OK.length - 1)))
        .isInstanceOf(StartupReply.NeedMore.class);
    byte[] negotiate = {'v', 0, 0, 0, 12, 0, 3, 0, 0, 0, 0, 0, 0};
    assertThat(reply(negotiate)).isInstanceOf(StartupReply.NeedMore.class);
    assertThat(reply(concat(negotiate, error("57P03")))).isInstanceOf(StartupReply.Refused.class);
    assertThat(reply(concat(negotiate, AUTH_OK))).isInstanceOf(StartupReply.Accepted.class);
  }

  @Property(tries = 200)
  void noReplyThrows(@ForAll byte[] bytes) {
    assertThat(reply(bytes)).isNotNull();
    assertThat(CheckReply.decode(Unpooled.wrappedBuffer(bytes))).isNotNull();
  }

  @Test
  void aCheckTakesWhatHaproxyTakes() {
    for (int code : new int[] {0, 2, 3, 5, 7, 9, 10}) {
      byte[] request = ByteBuffer.allocate(9).put((byte) 'R').putInt(8).putInt(code).array();
      assertThat(CheckReply.decode(Unpooled.wrappedBuffer(request)))
          .isInstanceOf(CheckReply.Healthy.class);
    }
    for (int code : new int[] {1, 8, 11, 12}) {
      byte[] request = ByteBuffer.allocate(9).put((byte) 'R').putInt(8).putInt(code).array();
      assertThat(CheckReply.decode(Unpooled.wrappedBuffer(request)))
          .isInstanceOf(CheckReply.Unknown.class);
    }
    assertThat(CheckReply.decode(Unpooled.wrappedBuffer(error("57P03"))))
        .isEqualTo(new CheckReply.Refused("57P03", "text"));
    assertThat(CheckReply.decode(Unpooled.wrappedBuffer(new byte[] {'R', 0, 0, 0})))
        .isInstanceOf(CheckReply.NeedMore.class);
  }

  @Test
  void anErrorIsWrittenAsItIsRead() {
    ErrorResponse written = new ErrorResponse("57P03", "message", "detail", "hint");
    ByteBuf in = Unpooled.wrappedBuffer(written.encode());
    assertThat(ErrorResponse.field(in, 0, 'S')).isEqualTo("FATAL");
    assertThat(ErrorResponse.field(in, 0, 'C')).isEqualTo("57P03");
    assertThat(ErrorResponse.field(in, 0, 'M')).isEqualTo("message");
    assertThat(ErrorResponse.field(in, 0, 'D')).isEqualTo("detail");
    assertThat(ErrorResponse.field(in, 0, 'H')).isEqualTo("hint");
    assertThat(in.getInt(1)).isEqualTo(in.readableBytes() - 1);
  }

  @Test
  void aCheckSendsWhatHaproxySends() {
    byte[] expected = {
      0, 0, 0, 0x17, 0, 3, 0, 0, 'u', 's', 'e', 'r', 0, 'p', 'o', 's', 't', 'g', 'r', 'e', 's', 0, 0
    };
    assertThat(StartupMessageEncoder.encode("postgres")).isEqualTo(expected);
  }

  private static StartupReply reply(byte[] bytes) {
    return StartupReply.decode(Unpooled.wrappedBuffer(bytes));
  }

  private static byte[] error(String sqlState) {
    return ErrorResponse.fatal(sqlState, "text").encode();
  }

  private static byte[] parameterStatus() {
    byte[] body = "server_version\0eighteen\0".getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(5 + body.length)
        .put((byte) 'S')
        .putInt(4 + body.length)
        .put(body)
        .array();
  }

  private static byte[] keyData(int processId, byte[] secret) {
    return ByteBuffer.allocate(9 + secret.length)
        .put((byte) 'K')
        .putInt(8 + secret.length)
        .putInt(processId)
        .put(secret)
        .array();
  }

  private static List<ByteBuf> pieces(byte[] all, List<Integer> cuts) {
    List<ByteBuf> pieces = new ArrayList<>();
    int at = 0;
    for (int i = 0; at < all.length; i++) {
      int length = Math.min(cuts.get(i % cuts.size()), all.length - at);
      pieces.add(Unpooled.wrappedBuffer(all, at, length));
      at += length;
    }
    return pieces;
  }

  private static byte[] concat(byte[]... parts) {
    ByteBuf all = Unpooled.buffer();
    for (byte[] part : parts) {
      all.writeBytes(part);
    }
    byte[] bytes = new byte[all.readableBytes()];
    all.readBytes(bytes);
    return bytes;
  }
}
