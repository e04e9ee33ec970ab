package org.pgdeeplake.benchmarks.crowd;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.pgdeeplake.benchmarks.BenchFailed;
import org.pgdeeplake.benchmarks.process.Directories;

/**
 * What a crowd has shown is told and written when it has left, whatever happens to the next; a
 * crowd that fails is an error of its own finding.
 */
class MeetingsTest {
  @TempDir private Path directory;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  @Test
  void eachIsToldWhenItHasLeft() throws Exception {
    Path report = directory.resolve("report.md");
    Meetings meetings = meetings(report);

    meetings.hold("One", (_, finding) -> finding.figure("held", 7));

    assertThat(told()).isEqualTo("One\n  held: 7\n  errors: 0\n");
    assertThat(report).content().contains("`bin/crowd x`", "## One", "| held | 7 |");
    meetings.hold(
        "Two",
        (_, finding) -> {
          assertThat(told()).contains("One").doesNotContain("Two");
          assertThat(report).content().contains("## One").doesNotContain("## Two");
          finding.figure("held", 8);
        });
    assertThat(told()).endsWith("Two\n  held: 8\n  errors: 0\n");
    assertThat(report).content().contains("## One", "## Two");
    assertThat(meetings.withoutErrors()).isTrue();
  }

  @Test
  void aCrowdThatFailsKeepsItsFiguresAndTheNextMeets() throws Exception {
    Meetings meetings = meetings(directory.resolve("report.md"));

    meetings.hold(
        "One",
        (_, finding) -> {
          finding.figure("held", 7);
          throw new BenchFailed("the proxy has ended");
        });
    meetings.hold("Two", (_, finding) -> finding.figure("held", 8));

    assertThat(told())
        .isEqualTo(
            """
            One
              held: 7
              errors: 1
              ERROR the proxy has ended
            Two
              held: 8
              errors: 0
            """);
    assertThat(meetings.withoutErrors()).isFalse();
  }

  private Meetings meetings(Path report) {
    Telling telling =
        new Telling(
            new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8), false);
    return new Meetings(
        () -> new Ground(directory, new Directories(directory), telling),
        new PrintStream(out, true, StandardCharsets.UTF_8),
        report,
        "bin/crowd x");
  }

  private String told() {
    return out.toString(StandardCharsets.UTF_8);
  }
}
