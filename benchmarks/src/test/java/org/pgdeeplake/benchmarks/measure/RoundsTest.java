package org.pgdeeplake.benchmarks.measure;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.Test;

/** In every round every peer once, in an order that the seed alone decides. */
class RoundsTest {
  private static final List<String> PEERS = List.of("a", "b", "c", "d", "e");

  @Test
  void everyRoundHasEveryPeerOnce() {
    List<List<String>> orders = new Rounds(20, 7).orders(PEERS);

    assertThat(orders).hasSize(20);
    assertThat(orders).allSatisfy(o -> assertThat(o).containsExactlyInAnyOrderElementsOf(PEERS));
    assertThat(new HashSet<>(orders)).as("different orders").hasSizeGreaterThan(5);
  }

  @Test
  void aSeedRepeatsItself() {
    assertThat(new Rounds(5, 7).orders(PEERS)).isEqualTo(new Rounds(5, 7).orders(PEERS));
    assertThat(new Rounds(5, 7).orders(PEERS)).isNotEqualTo(new Rounds(5, 8).orders(PEERS));
  }
}
