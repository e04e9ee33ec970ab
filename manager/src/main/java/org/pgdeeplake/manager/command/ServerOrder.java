package org.pgdeeplake.manager.command;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.manager.proxy.Administration;
import org.pgdeeplake.manager.proxy.Answer;
import org.pgdeeplake.manager.proxy.ProxyAdmin;
import org.pgdeeplake.manager.proxy.ProxyFailed;
import org.pgdeeplake.manager.proxy.Server;
import org.pgdeeplake.manager.proxy.ServerState;
import org.pgdeeplake.manager.terminal.Amounts;
import org.pgdeeplake.manager.terminal.Json;
import org.pgdeeplake.manager.terminal.Progress;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What drain, maint and ready have in common. */
abstract class ServerOrder extends ProxyTask {
  private final Administration wanted;

  @Parameters(
      paramLabel = "SERVER",
      description = "Its name; BACKEND/SERVER where two backends have one of that name.")
  private String server = "";

  @Option(names = "--dry-run", description = "Only tell how the server stands.")
  private boolean dryRun;

  ServerOrder(Invocation invocation, Administration wanted) {
    super(invocation);
    this.wanted = wanted;
  }

  /** Until the server has no session left; null: not at all. */
  abstract @Nullable Duration waiting();

  @Override
  int run(Context context, ProxyAdmin proxy) throws Exception {
    if (dryRun) {
      Server now = proxy.server(server).value();
      context.print(
          new JsonReport(
              dry(json(now)),
              text ->
                  text.line(
                      "%s would be set to %s; it is %s, with %s"
                          .formatted(
                              now.fullName(),
                              wanted.word(),
                              now.administrative(),
                              Amounts.count(now.sessions(), "session")))));
      return ExitCodes.OK;
    }
    try {
      print(context, order(context, proxy));
      return ExitCodes.OK;
    } catch (ProxyFailed.NotEmpty e) {
      print(context, e.state());
      context.err().println(e.getMessage());
      return ExitCodes.FAILED;
    }
  }

  private Answer<ServerState> order(Context context, ProxyAdmin proxy) throws Exception {
    Duration wait = waiting();
    if (wait == null) {
      return proxy.administer(server, wanted);
    }
    try (Progress progress = context.progress()) {
      progress.step("waiting for the sessions of " + server);
      return proxy.administer(
          server,
          wanted,
          wait,
          now ->
              progress.step(
                  "%s: %s left"
                      .formatted(now.fullName(), Amounts.count(now.sessions(), "session"))));
    }
  }

  private static void print(Context context, Answer<ServerState> answer) {
    ServerState state = answer.value();
    context.print(
        new JsonReport(
            answer.json(),
            text ->
                text.line(
                    "%s/%s: %s (%s), %s"
                        .formatted(
                            state.backend(),
                            state.server(),
                            state.administrative(),
                            state.status(),
                            Amounts.count(state.sessions(), "session")))));
  }

  /** As the API tells a server's state after an order. */
  private static JsonNode json(Server server) {
    return Json.object()
        .put("backend", server.backend())
        .put("server", server.name())
        .put("administrative", server.administrative())
        .put("status", server.status())
        .put("sessions", server.sessions())
        .put("empty", server.sessions() == 0);
  }
}
