package org.pgdeeplake.manager.command;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.manager.proxy.Administration;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    name = "drain",
    mixinStandardHelpOptions = true,
    description = {
      "A server takes no new sessions and keeps those it has. Clients notice nothing.",
      "",
      "With --wait it ends with 0 when the server is empty, and with 1 when it is not in time; the"
          + " server stays in drain. JSON: POST /api/v1/servers/SERVER/drain.",
      ""
    },
    footerHeading = "%nExample:%n",
    footer = "  manage proxy drain pg-deeplake-1 --wait 60s")
final class ProxyDrainCommand extends ServerOrder {
  @Option(
      names = "--wait",
      paramLabel = "TIME",
      converter = DurationConverter.class,
      description = "Until it has no session left, at most so long: 30s, 5m. Default: not at all.")
  private @Nullable Duration wait;

  ProxyDrainCommand(Invocation invocation) {
    super(invocation, Administration.DRAIN);
  }

  @Override
  @Nullable Duration waiting() {
    return wait;
  }
}
