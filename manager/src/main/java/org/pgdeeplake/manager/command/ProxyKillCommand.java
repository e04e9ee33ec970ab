package org.pgdeeplake.manager.command;

import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.manager.proxy.Answer;
import org.pgdeeplake.manager.proxy.Closed;
import org.pgdeeplake.manager.proxy.ProxyAdmin;
import org.pgdeeplake.manager.proxy.ProxyFailed;
import org.pgdeeplake.manager.proxy.SessionFilter;
import org.pgdeeplake.manager.terminal.Amounts;
import org.pgdeeplake.manager.terminal.Json;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
    name = "kill",
    mixinStandardHelpOptions = true,
    description = {
      "Closes one session, or all of a server or a backend, with FATAL 57P01.",
      "",
      "On a terminal it asks first. Without one, more than one session is closed only with --yes."
          + " JSON: DELETE /api/v1/sessions; with --dry-run \"sessions\" says how many are meant.",
      ""
    },
    footerHeading = "%nExamples:%n",
    footer = {"  manage proxy kill 17", "  manage proxy kill --server pg-deeplake-1 --yes"})
final class ProxyKillCommand extends ProxyTask {
  @Spec private @Nullable CommandSpec spec;

  @Parameters(paramLabel = "ID", arity = "0..1", description = "As sessions lists it.")
  private @Nullable Long id;

  @Option(names = "--server", paramLabel = "NAME", description = "SERVER or BACKEND/SERVER.")
  private @Nullable String server;

  @Option(
      names = "--backend",
      paramLabel = "NAME",
      description = "A backend; its waiting sessions too.")
  private @Nullable String backend;

  @Option(
      names = {"-y", "--yes"},
      description = "Do not ask.")
  private boolean yes;

  @Option(names = "--dry-run", description = "Only tell how many sessions are meant.")
  private boolean dryRun;

  ProxyKillCommand(Invocation invocation) {
    super(invocation);
  }

  @Override
  int run(Context context, ProxyAdmin proxy) throws Exception {
    if (Stream.of(id == null, server == null, backend == null).filter(none -> !none).count() != 1) {
      throw new ParameterException(
          Objects.requireNonNull(spec).commandLine(),
          "Which sessions? One of ID, --server and --backend");
    }
    if (dryRun || !yes) {
      long meant = meant(proxy);
      if (dryRun) {
        context.print(
            new JsonReport(
                dry(Json.object().put("closed", 0).put("sessions", meant)),
                text ->
                    text.line(Amounts.count(meant, "session") + " would be closed: " + whose())));
        return ExitCodes.OK;
      }
      if (meant > 0 && (meant > 1 || invocation().terminal().in())) {
        confirm("Close " + Amounts.count(meant, "session") + ": " + whose() + "?");
      }
    }
    Answer<Closed> closed = close(proxy);
    context.print(
        new JsonReport(
            closed.json(),
            text -> text.line(Amounts.count(closed.value().closed(), "session") + " closed")));
    return ExitCodes.OK;
  }

  /** How many there are now; of those that come until the answer nobody knows. */
  private long meant(ProxyAdmin proxy) throws ProxyFailed, InterruptedException {
    return id != null ? 1 : proxy.sessions(SessionFilter.of(server, backend)).value().size();
  }

  private String whose() {
    if (id != null) {
      return "session " + id;
    }
    return server != null ? "all of server " + server : "all of backend " + backend;
  }

  private Answer<Closed> close(ProxyAdmin proxy) throws ProxyFailed, InterruptedException {
    if (id != null) {
      return proxy.closeSession(id);
    }
    return server != null
        ? proxy.closeSessionsOfServer(server)
        : proxy.closeSessionsOfBackend(Objects.requireNonNull(backend));
  }
}
