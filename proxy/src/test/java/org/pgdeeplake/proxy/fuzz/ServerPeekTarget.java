package org.pgdeeplake.proxy.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.pgdeeplake.proxy.postgres.AsynchronousMessages;
import org.pgdeeplake.proxy.postgres.BackendKeyScanner;
import org.pgdeeplake.proxy.postgres.CancelKey;
import org.pgdeeplake.proxy.postgres.ReadyForQueryTail;

/**
 * What is looked at of a server's stream while it is relayed, against a second reading that has all
 * of it at once.
 */
final class ServerPeekTarget implements FuzzTarget {
  private static final int HEADER_BYTES = 5;

  @Override
  public void check(byte[] input) {
    Pieces pieces = Pieces.of(input);
    BackendKeyScanner scanner = new BackendKeyScanner();
    AsynchronousMessages messages = new AsynchronousMessages();
    ReadyForQueryTail tail = new ReadyForQueryTail();
    List<CancelKey> keys = new ArrayList<>();
    ReadyForQueryTail.Status status = ReadyForQueryTail.Status.NOT_READY;
    boolean asynchronous = true;
    for (byte[] piece : pieces.cut()) {
      ByteBuf chunk = Unpooled.wrappedBuffer(piece);
      CancelKey key = scanner.scan(chunk);
      if (key != null) {
        keys.add(key);
      }
      asynchronous = asynchronous && messages.next(chunk);
      status = tail.next(chunk);
      assertThat(chunk.readerIndex()).isZero();
    }
    Expected expected = Expected.of(pieces.all());
    assertThat(scanner.finished()).isEqualTo(expected.finished());
    if (!expected.finished()) {
      assertThat(scanner.atBoundary()).isEqualTo(expected.boundary());
    }
    // Of several in one chunk the last counts, so that fewer may be told, but never others.
    assertThat(expected.keys()).containsAll(keys);
    assertThat(keys.isEmpty()).isEqualTo(expected.keys().isEmpty());
    assertThat(status).isEqualTo(tail(pieces.all()));
    assertThat(asynchronous).isEqualTo(expected.asynchronous());
    CancelKey.of(pieces.all()).ifPresent(key -> assertThat(key.request()).isEqualTo(pieces.all()));
  }

  private static ReadyForQueryTail.Status tail(byte[] all) {
    int from = all.length - 6;
    if (from < 0 || !Arrays.equals(all, from, from + 5, new byte[] {'Z', 0, 0, 0, 5}, 0, 5)) {
      return ReadyForQueryTail.Status.NOT_READY;
    }
    return switch (all[all.length - 1]) {
      case 'I' -> ReadyForQueryTail.Status.IDLE;
      case 'T', 'E' -> ReadyForQueryTail.Status.IN_TRANSACTION;
      default -> ReadyForQueryTail.Status.NOT_READY;
    };
  }

  /** The same by reading message after message. */
  private record Expected(
      List<CancelKey> keys, boolean finished, boolean boundary, boolean asynchronous) {
    static Expected of(byte[] all) {
      List<CancelKey> keys = new ArrayList<>();
      int at = 0;
      while (all.length - at >= HEADER_BYTES) {
        int length = ByteBuffer.wrap(all).getInt(at + 1);
        if (all[at] == 'Z' || length < Integer.BYTES) {
          return new Expected(keys, true, false, asynchronous(all));
        }
        if (all.length - at - 1 < length) {
          return new Expected(keys, false, false, asynchronous(all));
        }
        int secret = length - 2 * Integer.BYTES;
        if (all[at] == 'K'
            && secret >= CancelKey.MIN_SECRET_BYTES
            && secret <= CancelKey.MAX_SECRET_BYTES) {
          byte[] bytes = Arrays.copyOfRange(all, at + 9, at + 9 + secret);
          keys.add(new CancelKey(ByteBuffer.wrap(all).getInt(at + HEADER_BYTES), bytes));
        }
        at += 1 + length;
      }
      return new Expected(keys, false, at == all.length, asynchronous(all));
    }

    private static boolean asynchronous(byte[] all) {
      int at = 0;
      while (at < all.length) {
        if (all[at] != 'A' && all[at] != 'S' && all[at] != 'N') {
          return false;
        }
        if (all.length - at < HEADER_BYTES) {
          return true;
        }
        int length = ByteBuffer.wrap(all).getInt(at + 1);
        if (length < Integer.BYTES) {
          return false;
        }
        if (all.length - at - 1 < length) {
          return true;
        }
        at += 1 + length;
      }
      return true;
    }
  }
}
