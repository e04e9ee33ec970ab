package org.pgdeeplake.manager.command;

import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.manager.proxy.Answer;
import org.pgdeeplake.manager.proxy.ProxyAdmin;
import org.pgdeeplake.manager.proxy.Session;
import org.pgdeeplake.manager.proxy.SessionFilter;
import org.pgdeeplake.manager.terminal.Amounts;
import org.pgdeeplake.manager.terminal.Table;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
    name = "sessions",
    mixinStandardHelpOptions = true,
    description = {
      "Live sessions, in order of arrival: those that match all options. JSON: GET"
          + " /api/v1/sessions.",
      ""
    },
    footerHeading = "%nExample:%n",
    footer = {"  manage proxy sessions"})
final class ProxySessionsCommand extends ProxyTask {
  @Spec private @Nullable CommandSpec spec;

  @Option(names = "--server", paramLabel = "NAME", description = "SERVER or BACKEND/SERVER.")
  private @Nullable String server;

  @Option(names = "--backend", paramLabel = "NAME", description = "A backend.")
  private @Nullable String backend;

  @Option(
      names = "--state",
      paramLabel = "STATE",
      description = "State or activity, such as idle, busy or in_transaction.")
  private @Nullable String state;

  @Option(names = "--user", paramLabel = "ROLE", description = "PostgreSQL's role.")
  private @Nullable String user;

  @Option(names = "--database", paramLabel = "NAME", description = "A database.")
  private @Nullable String database;

  @Option(names = "--client", paramLabel = "ADDRESS", description = "Without the port.")
  private @Nullable String client;

  @Option(
      names = "--limit",
      paramLabel = "N",
      description = "At most so many. Default: ${DEFAULT-VALUE}.")
  private int limit = 1000;

  ProxySessionsCommand(Invocation invocation) {
    super(invocation);
  }

  @Override
  int run(Context context, ProxyAdmin proxy) throws Exception {
    Checks.range(Objects.requireNonNull(spec), "--limit", limit, 1, SessionFilter.MOST);
    Answer<List<Session>> sessions =
        proxy.sessions(new SessionFilter(server, backend, state, user, database, client, limit));
    context.print(new JsonReport(sessions.json(), text -> text.table(table(sessions.value()))));
    if (sessions.json().path("more").asBoolean()) {
      context.err().println("There are more: see --limit.");
    }
    return ExitCodes.OK;
  }

  private static Table table(List<Session> sessions) {
    Table table =
        new Table(
            "ID", "CLIENT", "USER", "DATABASE", "APPLICATION", "SERVER", "STATE", "AGE", "WAITED");
    table.right(0, 7, 8);
    for (Session session : sessions) {
      Double waited = session.waitedSeconds();
      table.row(
          session.id(),
          session.client(),
          Amounts.printable(session.user()),
          Amounts.printable(session.database()),
          Amounts.printable(session.application()),
          session.server() == null ? "-" : session.server(),
          session.activity().isEmpty() ? session.state() : session.activity(),
          Amounts.seconds(session.ageSeconds()),
          waited == null ? "-" : Amounts.seconds(waited));
    }
    return table;
  }
}
