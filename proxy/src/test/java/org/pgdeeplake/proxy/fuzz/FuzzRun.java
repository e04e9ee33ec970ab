package org.pgdeeplake.proxy.fuzz;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** One run of Jazzer, in a process of its own; it ends with this one. */
final class FuzzRun {
  /** Of libFuzzer, where it has found something; of Jazzer, where that is an exception. */
  private static final List<Integer> FOUND = List.of(77, 70, 71);

  private static final Pattern EXECUTED =
      Pattern.compile("stat::number_of_executed_units: ([0-9]+)|#([0-9]+)\t.*");

  /** What is also counted as reached, beside the proxy itself: libraries that read for it. */
  private static final String INSTRUMENTED =
      "org.pgdeeplake.proxy.**:io.netty.handler.codec.haproxy.**:io.netty.handler.codec.http.**"
          + ":com.typesafe.config.impl.**";

  private static final Path PROJECT =
      Path.of(System.getProperty("fuzz.project", "")).toAbsolutePath();

  private final Target target;
  private final Duration limit;
  private final Path directory;

  /** What a run leaves is in {@code proxy/target/fuzz/TARGET}. */
  FuzzRun(Target target, Duration limit) {
    this.target = target;
    this.limit = limit;
    this.directory = PROJECT.resolve("proxy/target/fuzz").resolve(target.word());
  }

  /** Returns the exit code of the command. */
  int play() throws IOException, InterruptedException {
    Path corpus = Files.createDirectories(directory.resolve("corpus"));
    Path known = PROJECT.resolve("proxy/src/test/resources/fuzz").resolve(target.word());
    Path limits = LimitInputs.write(target, directory.resolve("limits"));
    Path log = directory.resolve("log");
    System.out.printf("%-14s for %d s: %s%n", target.word(), limit.toSeconds(), target.invariant());
    Process process =
        new ProcessBuilder(line(List.of(corpus, known, limits)))
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .start();
    Runtime.getRuntime().addShutdownHook(new Thread(process::destroy));
    long executions = 0;
    try (BufferedReader out = process.inputReader(UTF_8);
        PrintStream copy = new PrintStream(log.toFile(), UTF_8)) {
      for (String text = out.readLine(); text != null; text = out.readLine()) {
        copy.println(text);
        Matcher count = EXECUTED.matcher(text);
        if (count.matches()) {
          executions = Long.parseLong(count.group(1) == null ? count.group(2) : count.group(1));
        }
      }
    }
    return told(process.waitFor(), executions, log);
  }

  private int told(int code, long executions, Path log) throws IOException {
    if (code == 0 && executions > 0) {
      System.out.printf("%-14s %,d executions, nothing found%n", target.word(), executions);
      return 0;
    }
    if (!FOUND.contains(code)) {
      System.err.printf(
          "%s: Jazzer ended with %d after %,d executions; see %s%n",
          target.word(), code, executions, log);
      return FuzzCommand.CANNOT_RUN;
    }
    System.out.printf("%-14s FOUND after %,d executions:%n", target.word(), executions);
    List<String> lines = Files.readAllLines(log);
    lines.stream()
        .dropWhile(
            text -> !text.startsWith("== Java Exception") && !text.contains("ERROR: libFuzzer"))
        .limit(12)
        .forEach(System.out::println);
    Matcher written =
        Pattern.compile("(?s).*Test unit written to (\\S+).*").matcher(String.join("\n", lines));
    if (written.matches()) {
      System.out.printf("the input: %s%n", written.group(1));
      System.out.printf("again:     bin/fuzz %s --replay %s%n", target.word(), written.group(1));
      System.out.printf(
          "for good:  copy it to proxy/src/test/resources/fuzz/%s, mend, bin/test%n",
          target.word());
    }
    return FuzzCommand.FOUND;
  }

  /**
   * @param corpora directories of inputs to begin with; what it finds of interest goes to the first
   */
  private List<String> line(List<Path> corpora) {
    List<String> line = new ArrayList<>();
    line.add(ProcessHandle.current().info().command().orElse("java"));
    // Leaks are counted by the target itself; Netty's own detector would only slow it down.
    line.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
    line.addAll(
        List.of(
            "-XX:+EnableDynamicAgentLoading",
            "-Dio.netty.leakDetection.level=disabled",
            "-cp",
            System.getProperty("java.class.path"),
            "com.code_intelligence.jazzer.Jazzer",
            "--target_class=" + JazzerEntry.class.getName(),
            "--target_args=" + target.word(),
            "--instrumentation_includes=" + INSTRUMENTED,
            "--custom_hook_includes=" + INSTRUMENTED,
            // Patterns are part of the query language; Matcher counts their steps.
            "--disabled_hooks=com.code_intelligence.jazzer.sanitizers.RegexInjection",
            "--reproducer_path=" + directory,
            "-max_len=" + target.longest(),
            "-artifact_prefix=" + directory + "/",
            "-max_total_time=" + limit.toSeconds(),
            "-timeout=60",
            "-rss_limit_mb=3000",
            "-print_final_stats=1"));
    corpora.forEach(corpus -> line.add(corpus.toString()));
    return line;
  }
}
