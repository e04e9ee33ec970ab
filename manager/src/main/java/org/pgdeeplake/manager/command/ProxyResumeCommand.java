package org.pgdeeplake.manager.command;

import org.pgdeeplake.manager.proxy.Answer;
import org.pgdeeplake.manager.proxy.Paused;
import org.pgdeeplake.manager.proxy.ProxyAdmin;
import org.pgdeeplake.manager.proxy.ProxyFailed;
import picocli.CommandLine.Command;

@Command(
    name = "resume",
    mixinStandardHelpOptions = true,
    description = {
      "The sessions that wait after a pause get their servers. JSON: POST"
          + " /api/v1/backends/BACKEND/resume.",
      ""
    },
    footerHeading = "%nExample:%n",
    footer = {"  manage proxy resume"})
final class ProxyResumeCommand extends BackendOrder {
  ProxyResumeCommand(Invocation invocation) {
    super(invocation);
  }

  @Override
  Answer<Paused> order(ProxyAdmin proxy, String backend) throws ProxyFailed, InterruptedException {
    return proxy.resume(backend);
  }
}
