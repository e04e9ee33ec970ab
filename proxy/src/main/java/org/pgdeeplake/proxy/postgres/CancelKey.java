package org.pgdeeplake.proxy.postgres;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;

/**
 * What BackendKeyData hands out and CancelRequest brings back.
 *
 * <p>The secret never shows in {@link #toString}: whoever has it can cancel the session's queries.
 */
public final class CancelKey {
  /** Bounds of the secret, in bytes (PostgreSQL manual, 54.7, protocol 3.2). */
  public static final int MIN_SECRET_BYTES = 4;

  public static final int MAX_SECRET_BYTES = 256;

  private static final int CANCEL_REQUEST = 1234 << 16 | 5678;

  private final int processId;
  private final byte[] secret;
  private final int hash;

  /** Copies {@code secret}. */
  public CancelKey(int processId, byte[] secret) {
    this.processId = processId;
    this.secret = secret.clone();
    this.hash = 31 * processId + Arrays.hashCode(secret);
  }

  /** The CancelRequest that brings it back (PostgreSQL manual, 54.7). */
  public byte[] request() {
    int length = 12 + secret.length;
    return ByteBuffer.allocate(length)
        .putInt(length)
        .putInt(CANCEL_REQUEST)
        .putInt(processId)
        .put(secret)
        .array();
  }

  /** Of such a request; empty where it is none. */
  public static Optional<CancelKey> of(byte[] request) {
    ByteBuffer in = ByteBuffer.wrap(request);
    if (request.length < 12 + MIN_SECRET_BYTES
        || request.length > 12 + MAX_SECRET_BYTES
        || in.getInt() != request.length
        || in.getInt() != CANCEL_REQUEST) {
      return Optional.empty();
    }
    int processId = in.getInt();
    return Optional.of(new CancelKey(processId, Arrays.copyOfRange(request, 12, request.length)));
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof CancelKey key
        && processId == key.processId
        && Arrays.equals(secret, key.secret);
  }

  @Override
  public int hashCode() {
    return hash;
  }

  @Override
  public String toString() {
    return "CancelKey[processId=" + processId + "]";
  }
}
