package org.pgdeeplake.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.pgdeeplake.benchmarks.postgres.ThrowawayPostgres;
import org.pgdeeplake.benchmarks.process.Programs;

/**
 * The command that users run, short: it measures, leaves report and samples, and no process. A
 * user's mistake costs a message and exit code 2.
 */
@Tag("long")
class QuickRunIT {
  @TempDir private Path directory;

  private Launched command;

  @BeforeEach
  void launch() throws IOException {
    command = new Launched("benchmarks/run.sh", directory);
    // PostgreSQL may run as another user.
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  @AfterEach
  void nothingIsLeftInTheTemporaryDirectory() throws IOException {
    assertThat(command.left()).isEmpty();
  }

  @Test
  void aRunLeavesReportAndSamplesAndNoProcess() throws Exception {
    assumeTrue(ThrowawayPostgres.missing().isEmpty(), "PostgreSQL's programs");
    List<String> peers = new ArrayList<>(List.of("direct", "ours-epoll"));
    Programs.find("haproxy").ifPresent(_ -> peers.add("haproxy"));

    Launched.Ended ended =
        command.run(
            "--quick",
            "--rounds=1",
            "--seed=7",
            "--peers=" + String.join(",", peers),
            "--results=" + directory.resolve("results"),
            "latency",
            "bulk",
            "idle");

    assertThat(ended.code()).as(ended.errors()).isZero();
    Path report = Path.of(ended.output().strip());
    assertThat(report).content().contains("## latency", "## bulk", "## idle", "| seed | 7 |");
    Path samples =
        report
            .resolveSibling(report.getFileName().toString().replace(".md", ""))
            .resolve("samples.csv");
    for (String peer : peers) {
      assertThat(samples).content().contains("latency,c=1,tps,tx/s,HIGHER," + peer + ",1,");
    }
    assertThat(ended.errors()).contains("[1/3 latency", "left]");
    await().atMost(Duration.ofSeconds(30)).until(() -> processesOfTheRun().isEmpty());

    String before = Files.readString(report);
    Files.delete(report);
    assertThat(command.run("--report=" + samples).code()).isZero();
    assertThat(report).hasContent(before);
  }

  @Test
  void anInterruptedRunEndsItsChildren() throws Exception {
    Process run = command.start("--quick", "--peers=direct", "--results=" + directory, "bulk");
    await()
        .atMost(Duration.ofMinutes(2))
        .until(() -> processesOfTheRun().stream().anyMatch(c -> c.contains("LoadMain client")));

    run.destroy();

    assertThat(command.await(run).code()).isNotZero();
    await().atMost(Duration.ofSeconds(30)).until(() -> processesOfTheRun().isEmpty());
  }

  @Test
  void mistakesAreRefused() throws Exception {
    Launched.Ended scenario = command.run("latenzy");
    assertThat(scenario.code()).isEqualTo(2);
    assertThat(scenario.errors()).contains("there is no scenario latenzy: latency, throughput");
    Launched.Ended rounds = command.run("--rounds=0", "latency");
    assertThat(rounds.code()).isEqualTo(2);
    assertThat(rounds.errors()).contains("--rounds must be 1 or more");
    Launched.Ended peer = command.run("--peers=envoy", "latency");
    assertThat(peer.code()).isEqualTo(2);
    assertThat(peer.errors()).contains("there is no peer envoy: direct, haproxy");
    Launched.Ended file = command.run("--report=/nowhere/samples.csv");
    assertThat(file.code()).isEqualTo(1);
    assertThat(file.errors()).contains("there is no file").doesNotContain("\tat ");
  }

  /** By the directory that is on their command lines or in their environment. */
  private List<String> processesOfTheRun() throws IOException {
    List<String> found = new ArrayList<>();
    try (Stream<ProcessHandle> all = ProcessHandle.allProcesses()) {
      for (ProcessHandle process :
          all.filter(p -> p.pid() != ProcessHandle.current().pid()).toList()) {
        Path proc = Path.of("/proc", Long.toString(process.pid()));
        String command = read(proc.resolve("cmdline"));
        if ((command + read(proc.resolve("environ"))).contains(directory.toString())) {
          found.add(command);
        }
      }
    }
    return found;
  }

  private static String read(Path file) {
    try {
      return Files.readString(file, StandardCharsets.ISO_8859_1).replace('\0', ' ');
    } catch (IOException _) {
      // Gone, or somebody else's.
      return "";
    }
  }
}
