package org.pgdeeplake.manager.command;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.manager.proxy.Administration;
import picocli.CommandLine.Command;

@Command(
    name = "ready",
    mixinStandardHelpOptions = true,
    description = {
      "A server takes sessions again, as soon as its next check passes. JSON: POST"
          + " /api/v1/servers/SERVER/ready.",
      ""
    },
    footerHeading = "%nExample:%n",
    footer = {"  manage proxy ready pg-deeplake-1"})
final class ProxyReadyCommand extends ServerOrder {
  ProxyReadyCommand(Invocation invocation) {
    super(invocation, Administration.READY);
  }

  @Override
  @Nullable Duration waiting() {
    return null;
  }
}
