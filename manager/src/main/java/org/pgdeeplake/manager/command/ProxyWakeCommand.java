package org.pgdeeplake.manager.command;

import org.pgdeeplake.manager.proxy.Answer;
import org.pgdeeplake.manager.proxy.CurrentDemand;
import org.pgdeeplake.manager.proxy.ProxyAdmin;
import org.pgdeeplake.manager.proxy.Woken;
import org.pgdeeplake.manager.terminal.Json;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    name = "wake",
    mixinStandardHelpOptions = true,
    description = {
      "Demand without a client, for the proxy's demand.linger, so that an instance is started. JSON:"
          + " POST /api/v1/wake.",
      ""
    },
    footerHeading = "%nExample:%n",
    footer = {"  manage proxy wake"})
final class ProxyWakeCommand extends ProxyTask {
  @Option(names = "--dry-run", description = "Only tell the demand.")
  private boolean dryRun;

  ProxyWakeCommand(Invocation invocation) {
    super(invocation);
  }

  @Override
  int run(Context context, ProxyAdmin proxy) throws Exception {
    if (dryRun) {
      CurrentDemand now = proxy.demand().value();
      context.print(
          new JsonReport(
              dry(Json.object().put("demand", now.demand())),
              text -> text.line("The demand is " + now.demand() + "; nothing was woken")));
      return ExitCodes.OK;
    }
    Answer<Woken> woken = proxy.wake();
    context.print(
        new JsonReport(woken.json(), text -> text.line("The demand is " + woken.value().demand())));
    if (!woken.value().counts()) {
      context.err().println("demand.linger is 0 in the proxy's configuration: a wake is nothing.");
      return ExitCodes.FAILED;
    }
    return ExitCodes.OK;
  }
}
