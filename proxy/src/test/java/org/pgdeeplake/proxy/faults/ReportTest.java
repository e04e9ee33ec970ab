package org.pgdeeplake.proxy.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

// Rule: a report has each kind that was played, how often, and what clients heard of it; it claims
// nothing of writes that nobody has looked for.
class ReportTest {
  private static final Story STORY = Story.of(1, 5, EnumSet.of(Kind.RELOAD, Kind.PROXY_KILLED));

  private static final FaultRun.Outcome OUTCOME =
      new FaultRun.Outcome(
          1200,
          900,
          Set.of(),
          Map.of("PROXY_KILLED, connection lost", 7, "PROXY_KILLED, 57P01", 2),
          List.of("one"));

  @Test
  void aWholeStory() {
    assertThat(new Report(STORY, 5, true, OUTCOME).markdown())
        .startsWith("`bin/faults --seed 1 --faults 5`, story " + STORY.digest() + ": 5 faults; ")
        .contains("1,200 whole sessions, 900 writes acknowledged, 0 lost, 1 violations.\n\n")
        .contains("| `RELOAD` | " + times(Kind.RELOAD, 5) + " |  |\n")
        .contains(
            "| `PROXY_KILLED` | %d | 57P01: 2, connection lost: 7 |\n"
                .formatted(times(Kind.PROXY_KILLED, 5)));
  }

  @Test
  void anInterruptedOne() {
    Report report = new Report(STORY, 1, false, OUTCOME);
    assertThat(report.text())
        .contains("VIOLATION one\n", "interrupted: 1 faults; ", "not looked for")
        .doesNotContain("lost, ");
    assertThat(report.markdown()).contains(", interrupted: 1 faults; ").doesNotContain("0 lost");
  }

  private static long times(Kind kind, int played) {
    return STORY.faults().stream().limit(played).filter(fault -> fault.kind() == kind).count();
  }
}
