package org.pgdeeplake.proxy.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

// Rule: after churn and faults nothing is lost, no gauge is left above 0 and no file stays open.
// bin/soak takes an hour and also tells growth, for which 20 s, in which code is compiled, are too
// short.
@Timeout(300)
@Tag("long")
class SoakIT {
  private static final SoakPlan PLAN = new SoakPlan(7, Duration.ofSeconds(20), 4, Map.of());

  @TempDir private Path directory;

  @Test
  void nothingIsLeft() throws IOException, SQLException, InterruptedException {
    Soak.Outcome outcome = new Soak(PLAN, sample -> {}).play(directory);

    assertThat(outcome.violations()).isEmpty();
    assertThat(outcome.lost()).isEmpty();
    assertThat(outcome.writes()).isPositive();
    assertThat(outcome.faults()).isNotEmpty();
    assertThat(outcome.churned()).hasSize(Churn.values().length);
    assertThat(outcome.after().fds()).isLessThanOrEqualTo(outcome.before().fds());
    assertThat(outcome.verdict().comparisons())
        .allSatisfy(each -> assertThat(each.last()).as("%s", each.quantity()).isPresent());
    assertReported(outcome);
  }

  private void assertReported(Soak.Outcome outcome) throws IOException {
    assertThat(SoakReport.text(PLAN, outcome))
        .contains("| " + Quantity.HEAP_AFTER_GC.title() + ", MiB |", "0 lost");
    Path plot = directory.resolve("soak.svg");
    Files.writeString(plot, SoakPlot.svg(outcome.samples()));
    assertThat(plot).content().contains(Quantity.THREADS.title(), "<polyline", "</svg>");
  }
}
