package org.pgdeeplake.manager.command;

import org.pgdeeplake.manager.proxy.Answer;
import org.pgdeeplake.manager.proxy.Paused;
import org.pgdeeplake.manager.proxy.ProxyAdmin;
import org.pgdeeplake.manager.proxy.ProxyFailed;
import picocli.CommandLine.Command;

@Command(
    name = "pause",
    mixinStandardHelpOptions = true,
    description = {
      "New sessions wait in the queue; those that are served go on. JSON: POST"
          + " /api/v1/backends/BACKEND/pause.",
      ""
    },
    footerHeading = "%nExample:%n",
    footer = {"  manage proxy pause"})
final class ProxyPauseCommand extends BackendOrder {
  ProxyPauseCommand(Invocation invocation) {
    super(invocation);
  }

  @Override
  Answer<Paused> order(ProxyAdmin proxy, String backend) throws ProxyFailed, InterruptedException {
    return proxy.pause(backend);
  }
}
