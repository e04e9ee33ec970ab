package org.pgdeeplake.manager.ingest;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;

/** The fingerprint of rows while they are sent. One thread. */
final class RunningFingerprint {
  private final MessageDigest sha256;
  private final long[] sums;
  private long rows;
  private long hash;

  RunningFingerprint(BenchmarkTable table) {
    sums = new long[Fingerprint.ofNothing(table).sums().size()];
    try {
      sha256 = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  void add(CopyRow row) {
    rows++;
    sha256.update(row.text(), 0, row.length());
    hash += ByteBuffer.wrap(sha256.digest()).getLong();
    for (int i = 0; i < sums.length; i++) {
      sums[i] += row.number(i);
    }
  }

  Fingerprint value() {
    return new Fingerprint(rows, hash, Arrays.stream(sums).boxed().toList());
  }
}
