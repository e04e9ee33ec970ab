package org.pgdeeplake.manager;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.pgdeeplake.manager.command.Invocation;
import org.pgdeeplake.manager.command.Termination;
import org.pgdeeplake.manager.terminal.Terminal;

/** One run of the real command line, nobody at a terminal. */
public record Manage(int code, String out, String err) {

  public static Manage run(Path home, Map<String, String> environment, String... args) {
    return run(home, environment, Terminal.none(), args);
  }

  public static Manage run(
      Path home, Map<String, String> environment, Terminal terminal, String... args) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    Invocation invocation =
        new Invocation(
            new PrintWriter(out),
            new PrintWriter(err),
            terminal,
            home,
            environment,
            new Termination(false));
    int code = Main.run(invocation, args);
    return new Manage(code, out.toString(), err.toString());
  }

  /** On the local deployment in {@code data}. */
  public static Manage local(Path data, String... args) {
    List<String> all = new ArrayList<>(List.of(args));
    all.add("--deployment=local");
    all.add("--data=" + data);
    return run(data, Map.of(), all.toArray(String[]::new));
  }

  public JsonNode json() {
    try {
      return new ObjectMapper().readTree(out);
    } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
      throw new AssertionError("no JSON: " + out + err, e);
    }
  }
}
