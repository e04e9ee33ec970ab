package org.pgdeeplake.proxy.faults;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;

/** Faults one after the other; all of it follows from the seed, the number and the kinds. */
record Story(long seed, List<Fault> faults) {
  private static final int SHORTEST_MS = 100;
  private static final int LONGEST_MS = 900;

  /**
   * Every kind comes once before any comes twice.
   *
   * @param kinds those that can be done here
   */
  static Story of(long seed, int faults, Set<Kind> kinds) {
    Random random = new Random(seed);
    List<Kind> order = kinds.stream().sorted().collect(Collectors.toCollection(ArrayList::new));
    List<Fault> all = new ArrayList<>();
    while (all.size() < faults) {
      int place = all.size() % order.size();
      if (place == 0) {
        Collections.shuffle(order, random);
      }
      Kind kind = order.get(place);
      int server = random.nextInt(2);
      all.add(
          new Fault(
              all.size() + 1,
              kind,
              kind.ofLink() ? 1 : server,
              Duration.ofMillis(random.nextInt(SHORTEST_MS, LONGEST_MS)),
              random.nextInt(2048)));
    }
    return new Story(seed, List.copyOf(all));
  }

  boolean has(Kind kind) {
    return faults.stream().anyMatch(fault -> fault.kind() == kind);
  }

  /** The same for the same story, and for no other. */
  String digest() {
    String text = faults.stream().map(Fault::toString).collect(Collectors.joining("\n"));
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(hash, 0, 8);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }
}
