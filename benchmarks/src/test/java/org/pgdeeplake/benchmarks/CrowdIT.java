package org.pgdeeplake.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * bin/crowd, with few: everybody is served, nothing is left, and the report says so; a user's
 * mistake costs a message and exit code 2; Ctrl-C leaves no process and no file, and takes back
 * nothing that was told.
 */
@Tag("long")
class CrowdIT {
  @TempDir private Path directory;

  private Launched crowd;

  @BeforeEach
  void launch() {
    crowd = new Launched("bin/crowd", directory);
  }

  @AfterEach
  void nothingIsLeftInTheTemporaryDirectory() throws IOException {
    assertThat(crowd.left()).isEmpty();
  }

  @Test
  void sessionsAreHeldAndEachIsAnswered() throws Exception {
    Path report = directory.resolve("report.md");

    Launched.Ended ended = crowd.run("sessions", "--count=200", "--no-postgres", "--out=" + report);

    assertThat(ended.code()).as(ended.output() + ended.errors()).isZero();
    assertThat(ended.output())
        .contains("held: 200\n", "refused with 53300 or 57P03: 0\n", "errors: 0\n")
        .contains("all ask at once, 3: 200 asked")
        .contains("200 whole answers");
    assertThat(report)
        .content()
        .contains("`bin/crowd sessions --count=200", "| held | 200 |", "| errors | 0 |");
  }

  @Test
  void asManyAreHeldAsFitAndTheOthersAreToldSo() throws Exception {
    Launched.Ended ended = crowd.withFiles(600).run("sessions", "--count=300", "--no-postgres");

    assertThat(ended.code()).as(ended.output() + ended.errors()).isZero();
    // Two files for each; of so few, half are kept for all else.
    assertThat(ended.output())
        .contains("files that the proxy may open: 600\n", "held: 150\n")
        .contains("refused with 53300 or 57P03: 150\n", "failed otherwise: 0\n");
  }

  @Test
  void waitersAreReleasedAtTheServersPace() throws Exception {
    Launched.Ended ended = crowd.run("waiters", "--count=100");

    assertThat(ended.code()).as(ended.output() + ended.errors()).isZero();
    assertThat(ended.output())
        .contains("clients that waited: 100\n", "got all their rows: 100\n", "errors: 0\n");
    // 100 at once would be seen: the server takes 5 ms for each.
    Matcher peak = Pattern.compile("into the server, at most: (\\d+)").matcher(ended.output());
    assertThat(peak.find()).isTrue();
    assertThat(Integer.parseInt(peak.group(1))).isBetween(2, 34);
  }

  @Test
  void nothingIsLeftOfThoseWhoPassBy() throws Exception {
    Launched.Ended ended = crowd.run("churn", "--count=1000");

    assertThat(ended.code()).as(ended.output() + ended.errors()).isZero();
    assertThat(ended.output())
        .contains("connections: 1,000:", "failed: 0\n", "to ReadyForQuery: 200;", "errors: 0\n");
  }

  @Test
  void anInterruptedRunEndsItsChildren() throws Exception {
    Process run = crowd.start("waiters", "churn");
    // By then the proxy and both ends of the load run.
    await().atMost(Duration.ofMinutes(2)).until(() -> crowd.errors().contains("opened and closed"));
    List<ProcessHandle> children = run.descendants().toList();
    assertThat(children).hasSizeGreaterThanOrEqualTo(3);

    run.destroy();

    Launched.Ended ended = crowd.await(run);
    assertThat(ended.code()).isNotZero();
    // What had ended before is told, what was under way is not.
    assertThat(ended.output()).contains("Waiters of a wake").doesNotContain("Opened and closed");
    await()
        .atMost(Duration.ofSeconds(30))
        .until(() -> children.stream().noneMatch(ProcessHandle::isAlive));
  }

  @Test
  void mistakesAreRefused() throws Exception {
    Launched.Ended typo = crowd.run("session");
    assertThat(typo.code()).isEqualTo(2);
    assertThat(typo.errors())
        .contains("there is no crowd session: sessions, waiters, churn")
        .doesNotContain("\tat ");
    Launched.Ended count = crowd.run("--count=5");
    assertThat(count.code()).isEqualTo(2);
    assertThat(count.errors()).contains("--count is of one crowd: name it");
    Launched.Ended none = crowd.run("waiters", "--count=0");
    assertThat(none.code()).isEqualTo(2);
    assertThat(none.errors()).contains("--count must be from 1 to");
    Launched.Ended nowhere = crowd.run("waiters", "--out=/nowhere/report.md");
    assertThat(nowhere.code()).isEqualTo(2);
    assertThat(nowhere.errors()).contains("--out: there is no directory /nowhere");
  }
}
