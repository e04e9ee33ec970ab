package org.pgdeeplake.manager.command;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Map;
import org.pgdeeplake.manager.terminal.Report;
import org.pgdeeplake.manager.terminal.Terminal;

/**
 * What surrounds a command: its streams, the environment and the end that a signal asks for.
 *
 * @param home the project's directory: where {@code bin}, {@code .env} and docker-compose.yml are
 */
public record Invocation(
    PrintWriter out,
    PrintWriter err,
    Terminal terminal,
    Path home,
    Map<String, String> environment,
    Termination termination) {
  /** ECMA-48. What is written over does not flicker as a cleared screen does. */
  private static final String HOME = "\033[H";

  private static final String CLEAR_LINE = "\033[K";
  private static final String CLEAR_REST = "\033[J";

  void print(Report report, CommonOptions.Format format) {
    out.print(
        switch (format) {
          case json -> report.jsonText();
          case table -> report.text(terminal.colours());
        });
    out.flush();
  }

  /**
   * One of many: on a terminal in the place of the one before it, elsewhere after it; as JSON in
   * one line.
   */
  void printAgain(Report report, CommonOptions.Format format) {
    switch (format) {
      case json -> out.print(report.jsonLine());
      case table -> {
        String text = report.text(terminal.colours());
        out.print(
            terminal.out()
                ? HOME + text.replace("\n", CLEAR_LINE + "\n") + CLEAR_REST
                : text + "\n");
      }
    }
    out.flush();
  }
}
