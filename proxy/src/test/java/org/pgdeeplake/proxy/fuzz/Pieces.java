package org.pgdeeplake.proxy.fuzz;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Input that comes in pieces: its first byte says in which, so that a fuzzer finds the cuts, too.
 */
public final class Pieces {
  private static final int ONE_BY_ONE = 1;
  private static final int MOST = 64;

  private final byte[] all;
  private final List<byte[]> cut;

  private Pieces(byte[] all, List<byte[]> cut) {
    this.all = all;
    this.cut = cut;
  }

  /** Without the first byte. */
  public byte[] all() {
    return all.clone();
  }

  /** The pieces of it, none of them empty. */
  public List<byte[]> cut() {
    return cut;
  }

  /** 0: in one piece; 1: byte by byte, as long as that are few; others: by chance of that seed. */
  public static Pieces of(byte[] input) {
    if (input.length == 0) {
      return new Pieces(input, List.of());
    }
    byte[] all = Arrays.copyOfRange(input, 1, input.length);
    int seed = input[0] & 0xff;
    SplittableRandom random = new SplittableRandom(seed);
    List<byte[]> cut = new ArrayList<>();
    int at = 0;
    while (at < all.length) {
      int left = all.length - at;
      int length =
          seed == 0 || cut.size() == MOST
              ? left
              : seed == ONE_BY_ONE ? 1 : Math.min(left, random.nextInt(1, 2 + all.length / 3));
      cut.add(Arrays.copyOfRange(all, at, at + length));
      at += length;
    }
    return new Pieces(all, List.copyOf(cut));
  }
}
