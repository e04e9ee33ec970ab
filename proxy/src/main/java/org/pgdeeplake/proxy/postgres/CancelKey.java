package org.pgdeeplake.proxy.postgres;

import java.util.Arrays;

/**
 * What BackendKeyData hands out and CancelRequest brings back.
 *
 * <p>The secret never shows in {@link #toString}: whoever has it can cancel the session's queries.
 */
public final class CancelKey {
  /** Bounds of the secret, in bytes (PostgreSQL manual, 54.7, protocol 3.2). */
  public static final int MIN_SECRET_BYTES = 4;

  public static final int MAX_SECRET_BYTES = 256;

  private final int processId;
  private final byte[] secret;
  private final int hash;

  /** Copies {@code secret}. */
  public CancelKey(int processId, byte[] secret) {
    this.processId = processId;
    this.secret = secret.clone();
    this.hash = 31 * processId + Arrays.hashCode(secret);
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
