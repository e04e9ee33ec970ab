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

  void print(Report report, CommonOptions.Format format) {
    out.print(
        switch (format) {
          case json -> report.jsonText();
          case table -> report.text(terminal.colours());
        });
    out.flush();
  }
}
