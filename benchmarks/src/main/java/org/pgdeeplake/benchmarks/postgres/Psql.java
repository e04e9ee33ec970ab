package org.pgdeeplake.benchmarks.postgres;

import java.util.ArrayList;
import java.util.List;
import org.pgdeeplake.benchmarks.BenchFailed;
import org.pgdeeplake.benchmarks.process.Programs;

/** psql as a user runs it. */
public final class Psql {
  private Psql() {}

  /**
   * @param seconds from the start of the program to its end
   * @param code 124: it was still waiting when its time was over
   */
  public record Result(double seconds, int code, String output) {}

  /**
   * @param commands SQL or backslash commands, in one session
   */
  public static Result run(int port, int limitSeconds, String... commands)
      throws BenchFailed, InterruptedException {
    List<String> line = new ArrayList<>();
    line.addAll(List.of("timeout", Integer.toString(limitSeconds)));
    line.addAll(List.of(Programs.require("psql").toString(), "-X", "-q", "-A", "-t"));
    line.addAll(List.of("-v", "ON_ERROR_STOP=1", "-U", "postgres", "-d", "postgres"));
    line.addAll(List.of("-h", "127.0.0.1", "-p", Integer.toString(port)));
    for (String command : commands) {
      line.addAll(List.of("-c", command));
    }
    long began = System.nanoTime();
    Programs.Result result = Programs.run(line);
    return new Result((System.nanoTime() - began) / 1e9, result.code(), result.output().strip());
  }

  /**
   * @return how long it took, in seconds
   * @throws BenchFailed it failed, or took more than 100 s
   */
  public static double succeed(int port, String... commands)
      throws BenchFailed, InterruptedException {
    Result result = run(port, 100, commands);
    if (result.code() != 0) {
      throw new BenchFailed("psql failed: " + result.output());
    }
    return result.seconds();
  }
}
