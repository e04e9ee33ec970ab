// Rule: whatever bytes once were of interest to a fuzzer, and what is near them, breaks nothing.
package org.pgdeeplake.proxy.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class CorpusTest {
  private static final int MUTATIONS = 4;
  private static final int MOST_FILES = 30;

  @ParameterizedTest
  @MethodSource("targets")
  void everyInputAndWhatIsNearIt(Target target) throws Exception {
    List<Path> inputs = inputs(target);
    assertThat(inputs).hasSizeBetween(1, MOST_FILES);
    try (Target.Checked checked = target.open()) {
      for (Path input : inputs) {
        checkAround(checked, Files.readAllBytes(input), input.toString());
      }
    }
  }

  @ParameterizedTest
  @MethodSource("targets")
  void everyInputAtALimitAndWhatIsNearIt(Target target) throws Exception {
    try (Target.Checked checked = target.open()) {
      for (var input : LimitInputs.of(target).entrySet()) {
        assertThat(input.getValue()).hasSizeLessThanOrEqualTo(target.longest());
        checkAround(checked, input.getValue(), target + " " + input.getKey());
      }
    }
  }

  static List<Target> targets() {
    return Target.ALL;
  }

  private static List<Path> inputs(Target target) throws Exception {
    try (var files = Files.list(Path.of("src/test/resources/fuzz", target.word()))) {
      return files.sorted().toList();
    }
  }

  private static void checkAround(FuzzTarget target, byte[] bytes, String what) {
    check(target, bytes, what + " as it is");
    for (int seed = 0; seed < MUTATIONS; seed++) {
      check(target, mutated(bytes, new SplittableRandom(seed)), what + ", seed " + seed);
    }
  }

  private static void check(FuzzTarget target, byte[] bytes, String what) {
    try {
      target.check(bytes);
    } catch (Exception | Error e) {
      throw new AssertionError(what + ": " + e.getMessage(), e);
    }
  }

  /** Some bytes are others, and sometimes the end is missing. */
  private static byte[] mutated(byte[] bytes, SplittableRandom random) {
    byte[] copy = Arrays.copyOf(bytes, bytes.length);
    if (copy.length == 0) {
      return copy;
    }
    for (int i = random.nextInt(4); i >= 0; i--) {
      copy[random.nextInt(copy.length)] = (byte) random.nextInt(256);
    }
    return random.nextInt(4) == 0 ? Arrays.copyOf(copy, random.nextInt(copy.length)) : copy;
  }
}
