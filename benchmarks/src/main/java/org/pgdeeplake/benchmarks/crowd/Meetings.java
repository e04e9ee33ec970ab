package org.pgdeeplake.benchmarks.crowd;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.benchmarks.BenchFailed;
import org.pgdeeplake.benchmarks.process.Children;

/**
 * One crowd after the other. What each has shown is told and written as soon as it has left, so
 * that nothing that happens to a later one can take it back. One thread.
 */
public final class Meetings {
  /** Says what it has found. */
  public interface Crowd {
    void meet(Ground ground, Finding finding) throws BenchFailed, InterruptedException;
  }

  private final Supplier<Ground> grounds;
  private final PrintStream out;
  private final @Nullable Path file;
  private final String command;
  private final List<Finding> findings = new ArrayList<>();

  /**
   * @param grounds a new one for each crowd: what is left of one must not trouble the next
   * @param file for the report as Markdown; null: none
   * @param command as it was called
   */
  public Meetings(Supplier<Ground> grounds, PrintStream out, @Nullable Path file, String command) {
    this.grounds = grounds;
    this.out = out;
    this.file = file;
    this.command = command;
  }

  /** A crowd that fails is an error of its own finding. */
  public void hold(String title, Crowd crowd) throws BenchFailed, InterruptedException {
    Finding finding = new Finding(title);
    try (Ground ground = grounds.get()) {
      crowd.meet(ground, finding);
    } catch (BenchFailed e) {
      if (Children.ending()) {
        // Ctrl-C has ended what the crowd needs, which says nothing of the proxy.
        throw e;
      }
      finding.error(String.valueOf(e.getMessage()).strip());
    }
    findings.add(finding);
    out.print(Report.text(finding));
    out.flush();
    write();
  }

  public boolean withoutErrors() {
    return findings.stream().allMatch(finding -> finding.errors().isEmpty());
  }

  private void write() throws BenchFailed {
    if (file == null) {
      return;
    }
    String date = LocalDate.now(ZoneId.systemDefault()).toString();
    try {
      Files.writeString(file, Report.markdown(findings, command, date));
    } catch (IOException e) {
      throw new BenchFailed("cannot write " + file + ": " + e.getMessage(), e);
    }
  }
}
