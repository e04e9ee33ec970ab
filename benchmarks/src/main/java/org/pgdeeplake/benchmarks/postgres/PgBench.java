package org.pgdeeplake.benchmarks.postgres;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.pgdeeplake.benchmarks.BenchFailed;
import org.pgdeeplake.benchmarks.process.Programs;

/** PostgreSQL's own load: one row by its key, simple query protocol. */
public final class PgBench {
  private static final Pattern TPS = Pattern.compile("tps = ([0-9.]+)");
  private static final Pattern LATENCY = Pattern.compile("latency average = ([0-9.]+) ms");
  private static final Pattern DONE =
      Pattern.compile("number of transactions actually processed: ([0-9]+)");

  private PgBench() {}

  /**
   * @param transactions done
   * @param latencyMillis average
   */
  public record Result(double tps, double latencyMillis, long transactions) {}

  public static void initialise(int port, int scale) throws BenchFailed, InterruptedException {
    Programs.output(
        List.of(
            Programs.require("pgbench").toString(),
            "-i",
            "-q",
            "-s",
            Integer.toString(scale),
            "-h",
            "127.0.0.1",
            "-p",
            Integer.toString(port),
            "-U",
            "postgres",
            "postgres"));
  }

  public static Result select(int port, int clients, double seconds)
      throws BenchFailed, InterruptedException {
    return run(port, clients, lasting(seconds));
  }

  /** One transaction of each client. */
  public static Result once(int port, int clients) throws BenchFailed, InterruptedException {
    return run(port, clients, List.of("-t", "1"));
  }

  /** A new connection for each transaction. */
  public static Result connect(int port, int clients, double seconds)
      throws BenchFailed, InterruptedException {
    List<String> options = new ArrayList<>(lasting(seconds));
    options.add("-C");
    return run(port, clients, options);
  }

  private static List<String> lasting(double seconds) {
    return List.of("-T", Integer.toString((int) Math.max(1, Math.round(seconds))));
  }

  private static Result run(int port, int clients, List<String> more)
      throws BenchFailed, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Programs.require("pgbench").toString());
    command.addAll(List.of("-n", "-S", "-M", "simple"));
    command.addAll(more);
    command.addAll(List.of("-c", Integer.toString(clients)));
    command.addAll(List.of("-j", Integer.toString(Math.min(2, clients))));
    command.addAll(List.of("-h", "127.0.0.1", "-p", Integer.toString(port)));
    command.addAll(List.of("-U", "postgres", "postgres"));
    String output = Programs.output(command);
    return new Result(number(TPS, output), number(LATENCY, output), (long) number(DONE, output));
  }

  private static double number(Pattern pattern, String output) throws BenchFailed {
    Matcher matcher = pattern.matcher(output);
    if (!matcher.find()) {
      throw new BenchFailed(
          String.format(Locale.ROOT, "pgbench did not say %s:%n%s", pattern, output.strip()));
    }
    return Double.parseDouble(matcher.group(1));
  }

  public static String version() throws BenchFailed, InterruptedException {
    return Programs.output(List.of(Programs.require("pgbench").toString(), "--version")).strip();
  }
}
