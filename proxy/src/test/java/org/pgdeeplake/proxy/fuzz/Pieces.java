package org.pgdeeplake.proxy.fuzz;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Input that comes in pieces: its first byte says in which, and how its sender goes afterwards, so
 * that a fuzzer finds the cuts and the endings, too.
 */
public final class Pieces {
  private static final int CUT_BITS = 6;
  private static final int ONE_BY_ONE = 1;
  private static final int MOST = 64;

  private final byte[] all;
  private final List<byte[]> cut;
  private final Ending ending;

  private Pieces(byte[] all, List<byte[]> cut, Ending ending) {
    this.all = all;
    this.cut = cut;
    this.ending = ending;
  }

  /** Without the first byte. */
  public byte[] all() {
    return all.clone();
  }

  /** The pieces of it, none of them empty. */
  public List<byte[]> cut() {
    return cut;
  }

  public Ending ending() {
    return ending;
  }

  /**
   * @param input the two high bits of its first byte are the ending, the others the cut: 0: in one
   *     piece; 1: byte by byte, as long as that are few; others: by chance of that seed
   */
  public static Pieces of(byte[] input) {
    if (input.length == 0) {
      return new Pieces(input, List.of(), Ending.CLOSE);
    }
    byte[] all = Arrays.copyOfRange(input, 1, input.length);
    int first = Byte.toUnsignedInt(input[0]);
    return new Pieces(all, cut(all, first % (1 << CUT_BITS)), ending(first >>> CUT_BITS));
  }

  private static Ending ending(int bits) {
    return switch (bits) {
      case 1 -> Ending.FIN;
      case 2 -> Ending.SILENCE;
      case 3 -> Ending.RESET;
      default -> Ending.CLOSE;
    };
  }

  private static List<byte[]> cut(byte[] all, int seed) {
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
    return List.copyOf(cut);
  }
}
