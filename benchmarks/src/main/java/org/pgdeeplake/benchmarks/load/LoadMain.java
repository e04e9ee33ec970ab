package org.pgdeeplake.benchmarks.load;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;

/**
 * A process of the load, {@code server} or {@code client}. A line of standard input is a command; a
 * line of standard output its answer, {@code ok ...} or {@code failed REASON}. It ends with its
 * input, and so with whoever started it.
 */
public final class LoadMain {
  private LoadMain() {}

  public static void main(String[] args) throws IOException {
    Commands commands = args[0].equals("server") ? new EchoServer() : new LoadClient();
    BufferedReader input =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
    while (true) {
      String line = input.readLine();
      if (line == null) {
        System.exit(0);
      }
      System.out.println(answer(commands, line));
    }
  }

  private static String answer(Commands commands, String line) {
    String[] words = line.split(" ", -1);
    try {
      return "ok " + commands.run(words[0], Commands.Arguments.parse(words));
    } catch (Exception e) {
      return "failed " + e.toString().replace('\n', ' ');
    }
  }
}
