package org.pgdeeplake.manager.ingest;

import java.io.PrintStream;
import java.math.BigDecimal;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;

/** An ingest in a process of its own, to be killed or measured: port, database, scale, jobs. */
final class IngestProcess {
  private IngestProcess() {}

  public static void main(String[] args) throws Exception {
    TestServer.Database database = new TestServer.Database(Integer.parseInt(args[0]), args[1]);
    IngestOptions options = options(args[2], Integer.parseInt(args[3]), TpchSchema.names());
    long start = System.nanoTime();
    IngestReport report = new TpchIngest(database.target(), options, toStandardOutput()).run();
    System.out.println(report);
    System.out.println("in all " + Duration.ofNanos(System.nanoTime() - start));
  }

  static IngestOptions options(String scale, int jobs, List<String> tables) {
    return new IngestOptions(
        new BigDecimal(scale),
        tables,
        jobs,
        new ChunkSize(20_000, 4 << 20),
        new Retries(6, Duration.ofMillis(50), Duration.ofSeconds(1)));
  }

  static IngestListener toStandardOutput() {
    return printing(System.out);
  }

  static IngestListener printing(PrintStream out) {
    return new IngestListener() {
      @Override
      public void message(String line) {
        out.println(line);
      }

      @Override
      public void step(String what) {
        out.println(what);
      }

      @Override
      public void progress(IngestProgress progress) {
        out.println(progress);
      }

      @Override
      public void retrying(String what, SQLException failure, Duration pause) {
        out.println(what + " again in " + pause + ": " + failure.getMessage());
      }
    };
  }
}
