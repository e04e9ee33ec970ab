package org.pgdeeplake.proxy.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

// Rule: a seed has one story, in which every kind comes once before any comes twice.
class StoryTest {
  private static final Set<Kind> ALL = EnumSet.allOf(Kind.class);

  @Test
  void sameSeedSameStory() {
    assertThat(Story.of(1, 100, ALL)).isEqualTo(Story.of(1, 100, ALL));
    assertThat(Story.of(1, 100, ALL).digest())
        .isEqualTo(Story.of(1, 100, ALL).digest())
        .isNotEqualTo(Story.of(2, 100, ALL).digest());
  }

  @Test
  void everyKindBeforeAnyTwice() {
    assertThat(Story.of(3, ALL.size(), ALL).faults())
        .extracting(Fault::kind)
        .containsExactlyInAnyOrderElementsOf(ALL);
  }
}
