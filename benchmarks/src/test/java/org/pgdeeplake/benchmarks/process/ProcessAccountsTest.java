package org.pgdeeplake.benchmarks.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Processor time of children counts, while they run and after they have ended; one busy processor
 * is 100 %.
 */
class ProcessAccountsTest {
  private static final long BURNT = 300_000;

  @TempDir private Path directory;

  @Test
  void aChildThatRunsCounts() throws Exception {
    try (Child shell = shell("sh -c 'while :; do :; done'; true")) {
      await()
          .atMost(Duration.ofSeconds(60))
          .until(() -> ProcessAccounts.cpuMicros(shell.handle()) > BURNT);
      assertThat(ProcessAccounts.of(shell.handle()).rssKib()).isPositive();
      assertThat(ProcessAccounts.of(shell.handle()).pssKib()).isPositive();
    }
  }

  @Test
  void aChildThatHasEndedStillCounts() throws Exception {
    String burn = "i=0; while [ $i -lt 300000 ]; do i=$((i+1)); done";
    try (Child shell = shell("sh -c '" + burn + "'; echo burnt; sleep 600")) {
      await().atMost(Duration.ofSeconds(60)).until(() -> shell.said().contains("burnt"));
      await()
          .atMost(Duration.ofSeconds(60))
          .until(() -> ProcessAccounts.cpuMicros(shell.handle()) > 0);
    }
  }

  @Test
  void allOfATreeEnds() throws Exception {
    List<ProcessHandle> tree;
    try (Child shell = shell("sleep 600 & sh -c 'sleep 600; true'; true")) {
      await().atMost(Duration.ofSeconds(60)).until(() -> shell.handle().descendants().count() == 3);
      tree = shell.handle().descendants().toList();
    }
    await()
        .atMost(Duration.ofSeconds(60))
        .until(() -> tree.stream().noneMatch(ProcessHandle::isAlive));
  }

  @Test
  void aBusyProcessorIsAHundredPercent() {
    assertThat(ProcessAccounts.percent(5_000_000, Duration.ofSeconds(5))).isEqualTo(100);
    assertThat(ProcessAccounts.percent(10_000, Duration.ofSeconds(5))).isEqualTo(0.2);
    assertThat(ProcessAccounts.percent(10_000_000, Duration.ofSeconds(5))).isEqualTo(200);
  }

  private Child shell(String script) throws Exception {
    return Child.start("shell", List.of("sh", "-c", script), directory, Map.of());
  }
}
