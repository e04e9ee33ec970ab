package org.pgdeeplake.benchmarks.micro;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;
import org.pgdeeplake.proxy.backend.CancelKeys;
import org.pgdeeplake.proxy.backend.Lease;
import org.pgdeeplake.proxy.postgres.CancelKey;

/** A session's cancel key comes and goes, and a Ctrl-C finds it, among those of all sessions. */
public class CancelKeysBenchmark extends InMemory {
  @Param({"1000", "100000"})
  private int sessions;

  private final CancelKeys keys = new CancelKeys();
  private final List<CancelKey> known = new ArrayList<>();
  private final CancelKey another = key(-1);
  private Lease lease;
  private int next;

  private static CancelKey key(int number) {
    byte[] secret = ByteBuffer.allocate(4).putInt(number * 0x9e3779b9).array();
    return new CancelKey(number & 0xffff, secret);
  }

  @Setup
  public void fill() {
    lease = new Backends(1).lease();
    for (int i = 0; i < sessions; i++) {
      known.add(key(i));
      keys.put(key(i), lease);
    }
  }

  @Benchmark
  public void comesAndGoes() {
    keys.put(another, lease);
    keys.remove(another, lease);
  }

  @Benchmark
  public @Nullable Lease isFound() {
    next = next + 1 == sessions ? 0 : next + 1;
    return keys.lease(known.get(next));
  }
}
