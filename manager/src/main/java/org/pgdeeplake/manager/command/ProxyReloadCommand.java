package org.pgdeeplake.manager.command;

import org.pgdeeplake.manager.proxy.Answer;
import org.pgdeeplake.manager.proxy.ProxyAdmin;
import org.pgdeeplake.manager.proxy.ProxyFailed;
import org.pgdeeplake.manager.proxy.Reloaded;
import picocli.CommandLine.Command;

@Command(
    name = "reload",
    mixinStandardHelpOptions = true,
    description = {
      "The proxy reads its configuration again; it is applied whole, or refused whole with what is"
          + " wrong. To look beforehand: pg-proxy --check --config FILE. JSON: POST"
          + " /api/v1/reload.",
      ""
    },
    footerHeading = "%nExample:%n",
    footer = {"  manage proxy reload"})
final class ProxyReloadCommand extends ProxyTask {
  ProxyReloadCommand(Invocation invocation) {
    super(invocation);
  }

  @Override
  int run(Context context, ProxyAdmin proxy) throws Exception {
    try {
      Answer<Reloaded> reloaded = proxy.reload();
      context.print(
          new JsonReport(
              reloaded.json(),
              text -> {
                reloaded.value().changes().forEach(text::line);
                if (reloaded.value().changes().isEmpty()) {
                  text.line("nothing has changed");
                }
              }));
      return ExitCodes.OK;
    } catch (ProxyFailed.NotReloaded e) {
      context.print(new JsonReport(e.problems().json(), _ -> {}));
      context.err().println("Nothing was changed; the new configuration has problems:");
      e.problems().value().forEach(context.err()::println);
      return ExitCodes.FAILED;
    }
  }
}
