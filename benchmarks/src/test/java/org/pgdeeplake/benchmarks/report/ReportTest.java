package org.pgdeeplake.benchmarks.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.pgdeeplake.benchmarks.BenchFailed;
import org.pgdeeplake.benchmarks.measure.Metric;
import org.pgdeeplake.benchmarks.measure.Sample;

/** Raw samples are enough to make the whole report again; a broken file is named with its line. */
class ReportTest {
  private static final Metric CPU = Metric.lower("CPU/tx", "µs");

  @TempDir private Path directory;

  @Test
  void theReportOfTheFilesIsThatOfTheRun() throws Exception {
    RawSamples raw = raw();
    raw.write(directory);

    RawSamples again = RawSamples.read(directory.resolve(RawSamples.SAMPLES));

    assertThat(again.samples()).isEqualTo(raw.samples());
    assertThat(Report.text(again, Plots.none())).isEqualTo(Report.text(raw, Plots.none()));
  }

  @Test
  void itTellsDifferencesTargetsAndWhoWasLeftOut() {
    String text = Report.text(raw(), Plots.none());

    assertThat(text)
        .contains("| ours-epoll | 30 (29–31) | **0.75 (0.73–0.78)** |")
        .contains("| nginx | 41 (36–44) | ≈ 1.03 (0.90–1.10) |")
        .contains("| CPU per transaction, c=1, epoll | ≤ 1 × haproxy | 0.750 (0.725–0.775) | met")
        .contains("| pgbouncer | – | left out: pgbouncer is not installed |")
        .contains("Load average before: 0.10 0.20 0.30.");
  }

  @Test
  void thePlotsArePictures() throws Exception {
    Plots plots = Plots.write(raw(), directory.resolve("run"));

    assertThat(plots.of("latency")).containsExactly("run/latency-CPU-tx.svg");
    assertThat(directory.resolve("run/latency-CPU-tx.svg")).content().contains("<svg", "<path");
  }

  @Test
  void aBrokenLineIsNamed() throws Exception {
    raw().write(directory);
    Path file = directory.resolve(RawSamples.SAMPLES);
    Files.writeString(file, Files.readString(file) + "latency,c=1,tps\n");

    assertThatThrownBy(() -> RawSamples.read(file))
        .isInstanceOf(BenchFailed.class)
        .hasMessageContaining("samples.csv:11: not a sample");
  }

  private static RawSamples raw() {
    List<Sample> samples = new ArrayList<>();
    add(samples, "haproxy", 40, 40, 40);
    add(samples, "ours-epoll", 29, 30, 31);
    add(samples, "nginx", 36, 44, 41);
    Environment environment =
        new Environment()
            .put("date", "2026-01-01")
            .put("quick", "no")
            .put("load.latency", "0.10 0.20 0.30")
            .put("about.latency", "How long.")
            .put("left out.pgbouncer", "pgbouncer is not installed");
    for (String peer : List.of("haproxy", "nginx", "ours-epoll")) {
      environment.put("version." + peer, "1.0").put("settings." + peer, "as they are");
    }
    return new RawSamples(environment, samples);
  }

  private static void add(List<Sample> samples, String peer, double... values) {
    for (int i = 0; i < values.length; i++) {
      samples.add(new Sample("latency", "c=1", CPU, peer, i + 1, values[i]));
    }
  }
}
