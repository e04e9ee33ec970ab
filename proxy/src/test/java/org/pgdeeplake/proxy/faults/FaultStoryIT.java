package org.pgdeeplake.proxy.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

// Rule: whatever fails, no acknowledged write is lost, no client hears of a failure that is not its
// own, and everybody is served again. bin/faults plays the long stories.
@Timeout(600)
class FaultStoryIT {
  /** Few, since other tests run meanwhile. */
  private static final int GUESTS = 4;

  private static final int A_FEW = 6;
  private static final int ONE_OF_EACH = Kind.values().length;

  @TempDir private Path directory;

  @Test
  void aFew() throws IOException, SQLException, InterruptedException {
    assertNothingLost(A_FEW);
  }

  @Test
  @Tag("long")
  void everyKindOnce() throws IOException, SQLException, InterruptedException {
    assertNothingLost(ONE_OF_EACH);
  }

  private void assertNothingLost(int faults)
      throws IOException, SQLException, InterruptedException {
    Story story = Story.of(7, faults, FaultCommand.possible());

    FaultRun.Outcome outcome = new FaultRun(story, GUESTS, System.err::println).play(directory);

    assertThat(outcome.violations()).isEmpty();
    assertThat(outcome.lost()).isEmpty();
    assertThat(outcome.writes()).isPositive();
  }
}
