package org.pgdeeplake.proxy.postgres;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * Finds BackendKeyData in what a server sends up to its first ReadyForQuery, in chunks of any size.
 * Looks, never consumes. One for each session, on its event loop.
 */
public final class BackendKeyScanner {
  private static final int HEADER_BYTES = 5;

  private final byte[] header = new byte[HEADER_BYTES];
  private int headerBytes;
  private int bodyBytesLeft;
  private byte @Nullable [] keyBody;
  private boolean finished;

  /** Whether the first ReadyForQuery was seen: nothing more is looked at. */
  public boolean finished() {
    return finished;
  }

  /** Whether what was seen so far ends with a whole message. */
  public boolean atBoundary() {
    return headerBytes == 0 && bodyBytesLeft == 0;
  }

  /**
   * @return the key, in the chunk that completes it; null in all others
   */
  public @Nullable CancelKey scan(ByteBuf chunk) {
    CancelKey found = null;
    int at = chunk.readerIndex();
    int end = chunk.writerIndex();
    while (at < end && !finished) {
      if (bodyBytesLeft > 0) {
        int taken = Math.min(bodyBytesLeft, end - at);
        if (keyBody != null) {
          chunk.getBytes(at, keyBody, keyBody.length - bodyBytesLeft, taken);
        }
        at += taken;
        bodyBytesLeft -= taken;
      } else {
        header[headerBytes++] = chunk.getByte(at++);
        if (headerBytes == HEADER_BYTES) {
          startBody();
        }
      }
      if (bodyBytesLeft == 0 && keyBody != null) {
        found = key(keyBody);
        keyBody = null;
      }
    }
    return found;
  }

  private void startBody() {
    headerBytes = 0;
    int length =
        (header[1] & 0xff) << 24
            | (header[2] & 0xff) << 16
            | (header[3] & 0xff) << 8
            | (header[4] & 0xff);
    bodyBytesLeft = length - Integer.BYTES;
    // The length itself: less four, the most negative ones would be positive.
    if (header[0] == 'Z' || length < Integer.BYTES) {
      finished = true;
    } else if (header[0] == 'K' && isKeyBody(bodyBytesLeft)) {
      keyBody = new byte[bodyBytesLeft];
    }
  }

  private static boolean isKeyBody(int bytes) {
    int secret = bytes - Integer.BYTES;
    return secret >= CancelKey.MIN_SECRET_BYTES && secret <= CancelKey.MAX_SECRET_BYTES;
  }

  private static CancelKey key(byte[] body) {
    int processId =
        (body[0] & 0xff) << 24 | (body[1] & 0xff) << 16 | (body[2] & 0xff) << 8 | (body[3] & 0xff);
    byte[] secret = new byte[body.length - Integer.BYTES];
    System.arraycopy(body, Integer.BYTES, secret, 0, secret.length);
    return new CancelKey(processId, secret);
  }
}
