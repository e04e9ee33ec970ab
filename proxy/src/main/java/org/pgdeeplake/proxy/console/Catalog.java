package org.pgdeeplake.proxy.console;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.proxy.backend.AdministrativeState;
import org.pgdeeplake.proxy.config.Spelling;
import org.pgdeeplake.proxy.operation.Caller;
import org.pgdeeplake.proxy.operation.Operations;
import org.pgdeeplake.proxy.postgres.Column;
import org.pgdeeplake.proxy.postgres.ColumnType;

/** Every command of the console: how it is written, what it means and what runs then. */
final class Catalog {
  /** Shorter than a session may be idle: the client says nothing meanwhile. */
  private static final long MAX_WAIT_SECONDS = Duration.ofHours(6).toSeconds();

  private static final String HELP = "SHOW HELP lists the commands.";

  /** What PgBouncer has and we have not, each with what to do instead. */
  private static final Map<String, String> OTHERS =
      Map.of(
          "DISABLE", "PAUSE holds new sessions; MAINT takes a server away.",
          "ENABLE", "RESUME is the opposite of PAUSE, READY that of MAINT and DRAIN.",
          "SUSPEND", "PAUSE holds new sessions.",
          "RECONNECT", "Sessions keep their server; DRAIN and READY move new ones.",
          "WAIT_CLOSE", "DRAIN server WAIT seconds waits until a server is empty.");

  private final Map<String, Report> reports = new LinkedHashMap<>();
  private final Map<String, String> meanings = new LinkedHashMap<>();
  private final Actions actions;
  private final ClientStatements clients = new ClientStatements();
  private final Duration limit;

  /**
   * @param limit of a command that does not say how long it waits
   */
  Catalog(Operations operations, Duration limit) {
    this.actions = new Actions(operations);
    this.limit = limit;
    Stream.of(
            List.of(help()),
            new BackendReports(operations).all(),
            new SessionReports(operations).all(),
            new ProcessReports(operations).all())
        .flatMap(Collection::stream)
        .forEach(report -> {
          reports.put(report.name(), report);
          meanings.put("SHOW " + report.name(), report.meaning());
        });
    meanings.put("PAUSE [backend]", "new sessions wait in the queue; those that are served go on");
    meanings.put("RESUME [backend]", "the opposite of PAUSE");
    meanings.put("DRAIN server", "it gets no new sessions and keeps those it has");
    meanings.put("DRAIN server WAIT seconds", "and waits until it has none; Ctrl-C ends the wait");
    meanings.put("MAINT server", "it gets no new sessions, and those it has are ended");
    meanings.put("READY server", "it gets sessions again, after a good check");
    meanings.put("KILL id", "ends a session; SHOW CLIENTS has the ids. As KILL_CLIENT id");
    meanings.put("KILL backend", "ends every session of a backend, or of a server; new ones come");
    meanings.put("WAKE", "counts as demand for a while, so that an instance is started");
    meanings.put("RELOAD", "reads the configuration again: all of it is applied, or nothing");
    meanings.put("SHUTDOWN [WAIT_FOR_CLIENTS]", "the orderly end, as on SIGTERM");
  }

  private record Line(String command, String meaning) {}

  private Report help() {
    return new Report.Shape<Line>()
        .text("command", Line::command)
        .text("meaning", Line::meaning)
        .of(
            "HELP",
            "these lines",
            () ->
                meanings.entrySet().stream()
                    .map(line -> new Line(line.getKey(), line.getValue()))
                    .toList());
  }

  /**
   * Reads one statement; a parameter may stand where a name or a number does.
   *
   * @param tokens empty for an empty statement
   */
  Command command(List<Token> tokens) throws ConsoleException {
    Words words = new Words(tokens);
    if (words.atEnd()) {
      return new Command.Empty();
    }
    Token first = words.verb();
    words.usage(usage(first.keyword()));
    Command command =
        switch (first.keyword()) {
          case "SHOW" -> show(words);
          case "PAUSE" -> onBackends("PAUSE", words, actions::pause);
          case "RESUME" -> onBackends("RESUME", words, actions::resume);
          case "DRAIN" -> drain(words);
          case "MAINT" -> administer(words, AdministrativeState.MAINT);
          case "READY" -> administer(words, AdministrativeState.READY);
          case "KILL" -> kill(words);
          case "KILL_CLIENT" -> killSession(words.number("a session's id", Long.MAX_VALUE / 10));
          case "WAKE" -> simple("WAKE", "", (caller, _) -> actions.wake(caller));
          case "RELOAD" -> reload();
          case "SHUTDOWN" -> shutdown(words);
          default -> {
            Command client = clients.command(first.keyword(), words);
            yield client == null ? unknown(first) : client;
          }
        };
    words.end();
    return command;
  }

  private interface Action {
    Answer run(Caller caller, String name) throws ConsoleException;
  }

  private Command simple(String tag, String name, Action action) {
    return work(tag, List.of(), by -> action.run(by.caller(), name).now());
  }

  private Command.Work work(String tag, List<Column> columns, Command.Task task) {
    return new Command.Work(tag, columns, limit, task);
  }

  private interface BackendsAction {
    /**
     * @param name null: every backend
     */
    Answer run(Caller caller, @Nullable String name) throws ConsoleException;
  }

  private Command onBackends(String tag, Words words, BackendsAction action)
      throws ConsoleException {
    @Nullable String name = words.atEnd() ? null : words.name("a backend").text();
    return work(tag, List.of(), by -> action.run(by.caller(), name).now());
  }

  private Command show(Words words) throws ConsoleException {
    if (words.atEnd()) {
      throw ConsoleException.syntax("SHOW what?", HELP);
    }
    Command setting = clients.setting(words);
    if (setting != null) {
      return setting;
    }
    Token topic = words.verb();
    Report report = reports.get(topic.keyword());
    if (report == null) {
      throw ConsoleException.syntax(
          "there is no SHOW " + topic.brief(), nearest(topic, reports.keySet(), "SHOW "));
    }
    return report.command(limit);
  }

  private Command drain(Words words) throws ConsoleException {
    String name = words.name("a server").text();
    if (!words.accept("WAIT")) {
      return simple("DRAIN", name, actions::drain);
    }
    Duration wait = Duration.ofSeconds(words.number("WAIT", MAX_WAIT_SECONDS));
    return new Command.Work(
        "DRAIN",
        List.of(),
        wait.plus(limit),
        by -> actions.drain(by, name, wait),
        "the server goes on draining");
  }

  private Command administer(Words words, AdministrativeState wanted) throws ConsoleException {
    return simple(
        wanted.name(),
        words.name("a server").text(),
        (caller, name) -> actions.administer(caller, name, wanted));
  }

  private Command kill(Words words) throws ConsoleException {
    Token target = words.name("a session's id, or a backend,");
    // A parameter comes as text, whatever it is.
    return target.text().matches("[0-9]{1,18}")
        ? killSession(Long.parseLong(target.text()))
        : simple("KILL", target.text(), actions::killAll);
  }

  private Command killSession(long id) {
    return simple("KILL", "", (caller, _) -> actions.killSession(caller, id));
  }

  private Command reload() {
    return new Command.Work(
        "RELOAD",
        List.of(new Column("change", ColumnType.TEXT)),
        limit,
        by -> actions.reload(by.caller()),
        "the reload goes on: its result will be in the log of the proxy, and in SHOW CONFIG");
  }

  private Command shutdown(Words words) throws ConsoleException {
    if (!words.atEnd() && !words.accept("WAIT_FOR_CLIENTS")) {
      throw ConsoleException.of(
          ConsoleException.NOT_SUPPORTED,
          "SHUTDOWN " + words.verb().brief() + " is not offered",
          "SHUTDOWN is the orderly end; a second SIGINT ends the process at once.");
    }
    return work("SHUTDOWN", List.of(), by -> actions.shutDown(by.caller()).now());
  }

  private Command unknown(Token first) throws ConsoleException {
    String other = OTHERS.get(first.keyword());
    if (other != null) {
      throw ConsoleException.of(
          ConsoleException.NOT_SUPPORTED, first.keyword() + " has no meaning here", other);
    }
    Set<String> verbs =
        meanings.keySet().stream()
            .map(line -> line.split(" ", 2)[0])
            .collect(Collectors.toUnmodifiableSet());
    throw ConsoleException.syntax(
        "there is no command \"" + first.brief() + "\"", nearest(first, verbs, ""));
  }

  private static String nearest(Token word, Collection<String> candidates, String prefix) {
    return Spelling.nearest(word.text(), candidates)
        .map(near -> "Did you mean " + prefix + near + "? " + HELP)
        .orElse(HELP);
  }

  /** Every form of a command. */
  private String usage(String verb) {
    List<String> forms = new ArrayList<>();
    meanings.keySet().stream()
        .filter(line -> line.split(" ", 2)[0].equals(verb))
        .forEach(forms::add);
    return forms.isEmpty() || verb.equals("SHOW")
        ? verb.toUpperCase(Locale.ROOT) + "; see SHOW HELP"
        : String.join("; ", forms);
  }
}
